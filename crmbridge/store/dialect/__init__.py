"""Everything that is special to one database, behind one interface: `port.Database`."""

from crmbridge.store.dialect.port import BUSY_SECONDS as BUSY_SECONDS
from crmbridge.store.dialect.port import Database as Database
from crmbridge.store.dialect.port import Quotas as Quotas
from crmbridge.store.dialect.port import Watch as Watch
from crmbridge.store.dialect.statements import adding as adding
from crmbridge.store.dialect.statements import bulk as bulk
from crmbridge.store.dialect.statements import by_company as by_company
from crmbridge.store.dialect.statements import counting as counting
from crmbridge.store.dialect.statements import each as each
from crmbridge.store.dialect.statements import earlier as earlier
from crmbridge.store.dialect.statements import insert as insert
from crmbridge.store.dialect.statements import insert_new as insert_new
from crmbridge.store.dialect.statements import listed as listed
from crmbridge.store.dialect.statements import look_up as look_up
from crmbridge.store.dialect.statements import numbers as numbers
from crmbridge.store.dialect.statements import read_many as read_many
from crmbridge.store.dialect.statements import seconds as seconds
from crmbridge.store.dialect.statements import setting as setting
from crmbridge.store.dialect.statements import upsert as upsert
from crmbridge.store.dialect.urls import database as database
from crmbridge.store.dialect.urls import parse_url as parse_url
