"""Mail waits while an upgrade changes the tables: a message that was sent and could not be marked would go twice."""

from hcpov import writing
from hcpov.config import Settings
from tests.mail.conftest import Outbox, Travel
from tests.post_office import PostOffice


def test_nothing_is_sent_until_the_upgrade_is_over(
    outbox: Outbox, post_office: PostOffice, settings: Settings, travel: Travel
) -> None:
    outbox.put()
    with writing.held(settings.instance, 1):
        assert outbox.send() == 0 and not outbox.row.sent_at
    travel(3600)
    assert outbox.send() == 1 and outbox.row.sent_at and outbox.send() == 0
