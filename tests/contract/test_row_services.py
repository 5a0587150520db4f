"""HTTP services that provide rows: all pages or none, whatever the service does in between."""

from __future__ import annotations

import pytest
from anyio import to_thread

from pipeline.errors import ClosedError, NeedsLoginError, NightreelError, PermanentError, SourceError, TransientError
from pipeline.limits import RetryPolicy
from pipeline.sources import fetch_pages, pagination
from pipeline.sources.tables import TableOptions, open_pages
from pipeline.sources.urls import Endpoint
from tests.standins.row_service import KEY, RowService

ROWS = [{"name": f"Bo {number}", "price": 1.5} for number in range(1, 8)]
DETECTED = TableOptions()
IMPATIENT = RetryPolicy(attempts=3, wait_initial_s=0, wait_max_s=0, retry_after_max_s=1)


@pytest.fixture
async def service():
    async with RowService(ROWS) as service:
        yield service
        assert not service.complaints


@pytest.fixture
def fetched(service, tmp_path):
    async def fetch(path, *, form=DETECTED, **options):
        options = {"api_key": KEY, "allowed": {"127.0.0.1"}, **options}
        address = service.url(path)
        pages = await fetch_pages(Endpoint(address=address, **options), tmp_path, form, retry=IMPATIENT)
        table = await to_thread.run_sync(lambda: open_pages(pages, form, name=address))
        return await to_thread.run_sync(lambda: [row.cells["name"] for row in table.rows()])

    return fetch


NAMES = [row["name"] for row in ROWS]


@pytest.mark.parametrize(
    ("path", "options", "pages"),
    [
        ("/link", {}, 3),
        ("/next", {}, 3),
        ("/cursor", {"form": TableOptions(rows_at="data.items"), "next_at": "meta.cursor"}, 3),
        ("/odata", {}, 3),
        ("/linked", {}, 3),
        ("/turned", {"next_at": "meta.next_page", "next_param": "page"}, 3),
        ("/number", {"page_param": "page"}, 4),
        ("/number?page=1", {"page_param": "page"}, 4),
        ("/lines", {}, 1),
        ("/table", {}, 1),
    ],
)
async def test_all_pages_are_read_with_every_pagination_scheme(service, fetched, path, options, pages):
    assert await fetched(path, **options) == NAMES
    assert len(service.requests) == pages


@pytest.mark.parametrize("fault", [429, 500, 502, 503, "cut"])
async def test_transient_failures_are_retried_from_the_same_page(service, fetched, fault):
    service.faults = ["", fault]

    assert await fetched("/link") == NAMES
    assert service.requests.count("/link?at=2") == 2


async def test_a_service_that_keeps_failing_gives_no_rows_at_all(service, fetched):
    service.faults = ["", 503, 503, 503]

    with pytest.raises(TransientError, match="the service answered 503"):
        await fetched("/link")


async def test_a_long_retry_after_fails_at_once(service, fetched):
    service.faults, service.retry_after = [429], "3600"

    with pytest.raises(ClosedError):
        await fetched("/link")


async def test_the_header_of_the_api_key_can_be_set(fetched):
    assert await fetched("/lines", api_key_header="X-Api-Key") == NAMES


async def test_a_wrong_api_key_is_reported_without_quoting_it(fetched):
    with pytest.raises(NeedsLoginError, match="NIGHTREEL_SOURCE__API_KEY") as caught:
        await fetched("/link", api_key="wr0ng")
    assert "wr0ng" not in repr(caught.value)


@pytest.mark.parametrize(
    ("path", "kind", "problem"),
    [
        ("/gone", PermanentError, "the service answered 404"),
        ("/page", PermanentError, "returned a web page"),
        ("/bare", SourceError, 'returned 2 lists, and it is unclear which holds the rows: "a", "b"'),
        ("/elsewhere", PermanentError, "the link to the next page is on another host"),
        ("/circle", PermanentError, "the pagination loops"),
        ("/turned", PermanentError, "has more pages, but no link to the next one was found"),
        ("/more", PermanentError, "has more pages, but no link to the next one was found"),
        ("/packed", PermanentError, "compressed"),
        ("/none", SourceError, "returned no rows"),
        ("/pdf", SourceError, "is a PDF, not a table"),
        ("/torn", SourceError, "is invalid JSON"),
        ("/pdf?as=json", SourceError, "is a PDF, not a table"),
        ("/to?http://169.254.169.254/latest", PermanentError, "is a private address"),
        ("/to?file:///etc/passwd", PermanentError, "only http and https"),
    ],
)
async def test_responses_that_are_no_table_are_refused_with_their_url(service, fetched, path, kind, problem):
    with pytest.raises(kind, match=problem) as caught:
        await fetched(path)
    assert caught.value.where.startswith("http://127.0.0.1")
    service.complaints.clear()


async def test_private_addresses_are_refused_unless_they_are_allowed(service, fetched):
    with pytest.raises(PermanentError, match=r"source\.allow"):
        await fetched("/link", allowed=())
    assert service.requests == []


async def test_the_api_key_is_sent_to_no_other_host(service, fetched):
    async with RowService(ROWS) as other:
        with pytest.raises(NeedsLoginError):
            await fetched(f"/to?{other.url('/lines')}")
        assert other.requests == ["/lines"]


async def test_a_response_over_the_size_limit_is_refused_during_the_download(fetched):
    with pytest.raises(PermanentError, match="returned more than"):
        await fetched("/link", most_bytes=150)


async def test_a_response_that_never_ends_is_given_up(service, fetched):
    with pytest.raises(PermanentError, match="returned more than"):
        await fetched("/drip", most_bytes=100_000)
    with pytest.raises(TransientError, match="timed out"):
        await fetched("/drip", timeout_s=0.05)
    service.requests.clear()


async def test_pages_without_an_end_are_given_up(service, fetched, monkeypatch):
    monkeypatch.setattr(pagination, "_MOST_PAGES", 3)
    with pytest.raises(PermanentError, match="has more than 3 pages"):
        await fetched("/on")
    assert len(service.requests) == 3


async def test_a_url_with_a_password_is_refused_without_quoting_it(tmp_path):
    endpoint = Endpoint(address="https://me:s3cret@example.org/rows")
    with pytest.raises(NightreelError) as caught:
        await fetch_pages(endpoint, tmp_path, TableOptions(), retry=IMPATIENT)
    assert "s3cret" not in str(caught.value)
