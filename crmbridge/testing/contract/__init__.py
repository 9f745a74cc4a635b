"""The contract that every connector passes: inherit `ConnectorContract`, give it an `account`.

```python
class TestZoho(ConnectorContract):
    @pytest.fixture
    def account(self) -> Iterator[Account]:
        with serve(zoho) as vendor:
            yield ZohoAccount(vendor)
```
"""

import pytest

pytest.register_assert_rewrite(
    "crmbridge.testing.contract.base",
    "crmbridge.testing.contract.errors",
    "crmbridge.testing.contract.offers",
    "crmbridge.testing.contract.reads",
    "crmbridge.testing.contract.servers",
    "crmbridge.testing.contract.writes",
)

from crmbridge.testing.contract.account import Account, Fault, Trouble  # noqa: E402
from crmbridge.testing.contract.base import drain, follow  # noqa: E402
from crmbridge.testing.contract.errors import ErrorContract  # noqa: E402
from crmbridge.testing.contract.offers import OfferContract  # noqa: E402
from crmbridge.testing.contract.reads import ReadContract  # noqa: E402
from crmbridge.testing.contract.servers import ServerContract  # noqa: E402
from crmbridge.testing.contract.writes import WriteContract  # noqa: E402

__all__ = [
    "Account",
    "ConnectorContract",
    "ErrorContract",
    "Fault",
    "OfferContract",
    "ReadContract",
    "ServerContract",
    "Trouble",
    "WriteContract",
    "drain",
    "follow",
]


class ConnectorContract(ReadContract, WriteContract, ErrorContract, OfferContract, ServerContract):
    """All that crmbridge asks of a connector; needs one fixture, `account`."""
