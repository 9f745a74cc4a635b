"""All commands by name, with the first line of their help."""

from __future__ import annotations

from crmbridge.cli.lazy import Entry, group

COMMANDS: tuple[Entry, ...] = (
    Entry(
        "init",
        "files:init",
        "Write the example's files for a new company; nothing is ever overwritten.",
    ),
    Entry(
        "validate",
        "files:validate",
        "Check a company's files, and with --online its systems; say all faults at once.",
    ),
    group(
        "mapping",
        "The mapping of fields as it takes effect.",
        Entry(
            "show",
            "files:mapping_show",
            "Print the whole mapping as it takes effect, and where each line comes from.",
        ),
        Entry(
            "rules",
            "rules:mapping_rules",
            "Show for each field who may write it, with examples out of the ledger; nothing is "
            "asked.",
        ),
    ),
    Entry(
        "schema",
        "files:schema_",
        "Write the JSON schemas of the three files, for editors; without --out print them.",
    ),
    group(
        "agreement",
        "What marketing and sales have agreed: read, try, sign it.",
        Entry(
            "show",
            "agreement.read:show",
            "Print an agreement as a page that both sides can read and sign.",
        ),
        Entry(
            "list",
            "agreement.read:list_",
            "List all versions of a company's agreement: state, day, signatures, file.",
        ),
        Entry(
            "draft",
            "agreement.draft:draft",
            "Copy the version in force to the next version, for that day, signed by nobody.",
        ),
        Entry(
            "diff", "agreement.read:diff_", "Say in words what changes from one version to another."
        ),
        Entry("test", "agreement.trial:try_", "Try the examples inside an agreement."),
        Entry(
            "approve",
            "agreement.approve:approve",
            "Sign a version for one side; refused while a check or an example fails.",
        ),
        Entry(
            "links",
            "agreement.links:links_",
            "Print for each owner the link by which they sign a version; send each to its owner "
            "alone.",
        ),
        Entry(
            "backtest",
            "backtest:backtest_",
            "Say whom another agreement would have handed over, and whether it is better.",
        ),
        Entry(
            "replay",
            "agreement.replay:replay_",
            "Say in which of your own stages leads would have stood by another version.",
        ),
    ),
    Entry(
        "plan",
        "work:plan_",
        "Show what would be written to the systems, field by field, and write nothing.",
    ),
    Entry(
        "apply",
        "work:apply_",
        "Write what a saved plan says and no more; from then on `sync` and `run` write too.",
    ),
    Entry(
        "arm",
        "writer:arm_",
        "Let the systems be written after `disarm`, and let through once what a limit stopped.",
    ),
    Entry(
        "disarm",
        "writer:disarm_",
        "Let nothing be written any more, opt-outs neither, until `arm`; reading goes on.",
    ),
    Entry(
        "sync",
        "work:sync",
        "Read all systems, decide, and write; only read until a plan was applied.",
    ),
    Entry(
        "run", "run:run", "Keep the companies in step until SIGTERM or Ctrl-C; logs go to stderr."
    ),
    Entry(
        "dashboard",
        "dashboard:dashboard_",
        "Serve the dashboard on CRMBRIDGE_LISTEN until Ctrl-C; `crmbridge run` serves it too.",
    ),
    Entry(
        "backfill",
        "run:backfill_",
        "Read history in silence: nothing is decided and nothing written.",
    ),
    Entry(
        "explain",
        "explain:explain_",
        "Say why a lead stands where it stands, and what would have to change.",
    ),
    Entry(
        "history", "explain:history_", "Print everything that the ledger knows of a lead, in order."
    ),
    Entry(
        "reinstate",
        "recycle:reinstate_",
        "Take back that a lead is out (no need, a student): marketing has it again. Opt-outs stay.",
    ),
    Entry(
        "consent",
        "consent:consent_",
        "Show who said what of mail to a person, or record that they consented to it again.",
    ),
    group(
        "identity",
        "Who a person is to us, and a person's word on it.",
        Entry(
            "show",
            "identity:show",
            "Show who a lead is: addresses with their sources, records, what was joined and why.",
        ),
        Entry(
            "join",
            "identity:join",
            "Make two leads one person; history keeps who said so and why.",
        ),
        Entry(
            "split",
            "identity:split",
            "Undo a wrong match: records of a lead, or a lead joined to it, get their own lead.",
        ),
    ),
    group(
        "held",
        "Work that waits for a person.",
        Entry("list", "held:list_", "List what waits for a person, the newest first."),
        Entry("show", "held:show", "Show one piece of held work whole."),
        Entry(
            "retry",
            "held:retry_",
            "Send held work again with the next `sync` or pass, after its cause was mended.",
        ),
        Entry("resolve", "held:resolve_", "Say that you dealt with held work."),
    ),
    Entry(
        "status",
        "state:status_",
        "Show stages, due leads, the outbox, held work, cursors and the writer, by company.",
    ),
    Entry("quota", "state:quota_", "Show how much of each vendor's quota is used."),
    group(
        "capacity",
        "How many leads sales can take, and who gets the next.",
        Entry(
            "show",
            "routing:show",
            "Show desks, bars and the line, and what the next pass would do.",
        ),
        Entry(
            "pull",
            "routing:pull",
            "Give a rep who has time now some leads of their team's line, the best first.",
        ),
        Entry(
            "pause",
            "routing:pause_",
            "Give a rep or a team no more leads for now; teams.toml stays as it is.",
        ),
        Entry("resume", "routing:resume_", "End a pause."),
    ),
    group(
        "costs",
        "What campaigns cost.",
        Entry(
            "import",
            "costs:import_",
            "Take what campaigns cost from a CSV file; a month in it replaces the month that was "
            "there.",
        ),
        Entry(
            "show",
            "costs:show",
            "List what campaigns cost by month: what was imported, and what their vendors tell.",
        ),
    ),
    group(
        "report",
        "What the loop did and brought.",
        Entry(
            "funnel",
            "report.counts:funnel_",
            "Count how far leads' cycles came, how fast, what came back, and what waits.",
        ),
        Entry(
            "sources",
            "report.credit:sources_",
            "Show what became of the leads of each source, which to stop, and all counts so far.",
        ),
        Entry(
            "campaigns",
            "report.credit:campaigns_",
            "Show what became of the leads of each campaign, and which campaign to stop.",
        ),
        Entry(
            "attribution",
            "report.credit:attribution_",
            "Show what channels, campaigns and content are credited with, by the agreed models.",
        ),
        Entry(
            "contribution",
            "report.credit:contribution_",
            "Show marketing's part in pipeline and revenue, and whether targets are met.",
        ),
        Entry(
            "content",
            "report.credit:content_",
            "Show whom content reaches, and what was read before a hand-off, a meeting and a win.",
        ),
        Entry(
            "reasons",
            "report.counts:reasons_",
            "Count why leads came back, and whether sending them again paid.",
        ),
        Entry(
            "handoff",
            "report.work:handoff_",
            "Tell whether sales answers in time: clocks by team and rep, and why they ran out.",
        ),
        Entry(
            "reps",
            "report.work:reps_",
            "Tell what became of leads and deals by rep, team, product and quarter.",
        ),
        Entry(
            "fairness",
            "report.work:fairness_",
            "Compare what each rep was given with their weight, and tell what leads waited for.",
        ),
        Entry(
            "sharing",
            "report.work:sharing_",
            "Tell how much of what one side knows of handed leads the other side can see.",
        ),
        Entry(
            "nurture",
            "report.nurture:nurture_",
            "Count who is on each nurture track, and the share that becomes ready for sales.",
        ),
        Entry(
            "meeting",
            "report.work:meeting_",
            "List what both sides talk about in their weekly half-hour, and who has each item.",
        ),
        Entry(
            "unreached",
            "report.counts:unreached_",
            "List the won deals that reach nobody, and what to do about each kind.",
        ),
    ),
    group(
        "digest",
        "The week in a few sentences, sent on Monday morning.",
        Entry(
            "show",
            "digest:show_",
            "Print the digest of a week as people are sent it, or were; nothing is sent.",
        ),
    ),
    group(
        "attribution",
        "Models of credit: those that learn from closed deals, and all others side by side.",
        Entry(
            "fit",
            "attribution:fit_",
            "Fit the agreed models to the deals closed on some days, by default to all.",
        ),
        Entry(
            "compare",
            "report.credit:compare_",
            "Show what every rule model would credit, side by side, before another is signed.",
        ),
        Entry(
            "show",
            "attribution:show_",
            "Show the fits in force: shares by channel, and what they were fitted to.",
        ),
    ),
    group(
        "ledger",
        "The ledger itself.",
        Entry(
            "rebuild",
            "ledger:rebuild_",
            "Fold all entries again, compare with what stood, and keep the new projections.",
        ),
        Entry(
            "backup",
            "ledger:backup_",
            "Copy the ledger as it is now, also beside a running daemon, and check the copy.",
        ),
        Entry(
            "verify",
            "ledger:verify_",
            "Look through a ledger or a backup for damage, and for entries that somebody changed.",
        ),
        Entry(
            "export",
            "ledger:export_",
            "Write all entries as lines of JSON to a new file, also beside a running daemon.",
        ),
        Entry(
            "restore",
            "ledger:restore_",
            "Put a backup in the ledger's place; nothing is written before a plan is applied.",
        ),
        Entry(
            "move",
            "ledger:move_",
            "Copy a company's ledger into another database, and hold the copy against it.",
        ),
    ),
    group(
        "connector",
        "Connectors: what there is, what each declares, and how one is tried.",
        Entry(
            "list",
            "connector.declared:list_",
            "List the connectors that are installed, with the sides that each can stand on.",
        ),
        Entry(
            "new",
            "connector.new:new",
            "Begin a connector with one that works, against a stand-in for a vendor that nobody "
            "has.",
        ),
        Entry(
            "check",
            "connector.declared:check",
            "Say whether a connector declares all that it must; no vendor is asked.",
        ),
        Entry(
            "docs",
            "connector.declared:docs",
            "Make a connector's reference page in Markdown from what it declares.",
        ),
        Entry(
            "try",
            "connector.tried:try_",
            "Try a connector on a real account: read a little, or say or prove what a write does.",
        ),
        Entry(
            "prove",
            "connector.tried:prove",
            "Run the contract of connectors for one of them, and say what its vendor does not "
            "tell.",
        ),
        Entry(
            "record",
            "connector.recorded:record",
            "Run the contract on the real server, and keep its answers without persons.",
        ),
    ),
    Entry(
        "emulate",
        "emulate:emulate",
        "Serve emulated vendors on 127.0.0.1 until Ctrl-C, and say how to point crmbridge at them.",
    ),
    Entry(
        "demo",
        "demo:demo",
        "Play three months of a made-up company on emulators, and tell what happened.",
    ),
)
