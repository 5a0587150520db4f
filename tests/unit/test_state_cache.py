"""The cache: content-addressed, made once, verified, and limited in size."""

import dataclasses
import errno
import hashlib
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import anyio
import anyio.from_thread
import pytest
from anyio import to_thread
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StorageError, TransientError
from pipeline.keys import content_key
from pipeline.model import BulletList, Clip, JobStatus, Paragraph, SpokenLine, StatementScene, TitleScene
from pipeline.state import Cache
from pipeline.state.cache import content as cache_module
from pipeline.state.cache import digests
from pipeline.state.cache.usage import CacheCounts

KEY = content_key("sky")
DAY_S = 24 * 3600


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "cache")


class Maker:
    """Writes `content`, and remembers where."""

    def __init__(self, content: bytes = b"film") -> None:
        self.content = content
        self.paths: list[Path] = []

    async def __call__(self, path: Path) -> None:
        self.paths.append(path)
        await anyio.lowlevel.checkpoint()
        await anyio.Path(path).write_bytes(self.content)


def put(cache: Cache, name: str, content: bytes, *, age_s: float = 5) -> Path:
    """A clip that an earlier process made, and used so long ago."""
    key, seal = content_key(name), hashlib.sha256(content).hexdigest()[:16]
    path = cache._root / "clip" / key[:2] / f"{key}.{seal}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    used = time.time() - age_s
    os.utime(path, (used, used))
    return path


def files(folder: Path) -> list[Path]:
    """All but the locks that tell other processes what is held."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values, values)
def test_keys_are_equal_exactly_when_the_values_are(one, other):
    assert (content_key(one) == content_key(other)) == (repr(sorted_all(one)) == repr(sorted_all(other)))


def sorted_all(value):
    if isinstance(value, dict):
        return {key: sorted_all(value[key]) for key in sorted(value)}
    return [sorted_all(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1,), (True,)),
        ((1,), (1.0,)),
        (("1",), (1,)),
        (("a", "b"), ("ab",)),
        ((None,), ("",)),
        ((), (None,)),
        ((["a"],), ("a",)),
    ],
)
def test_values_that_look_alike_have_different_keys(one, other):
    assert content_key(*one) != content_key(*other)


def test_a_list_counts_as_a_tuple_and_the_order_of_a_mapping_does_not_count():
    assert content_key([1, "a"], {"x": 1, "y": 2}) == content_key((1, "a"), {"y": 2, "x": 1})


def test_dataclasses_differ_by_class_and_fields():
    lines = (SpokenLine(text="Hello."),)
    title = TitleScene(lines=lines, heading="Sky")

    assert content_key(title) == content_key(TitleScene(lines=lines, heading="Sky"))
    assert content_key(title) != content_key(TitleScene(lines=lines, heading="Sea"))
    assert content_key(title) != content_key(StatementScene(lines=lines, text="Sky"))
    assert content_key(Paragraph(text="x")) != content_key(BulletList(items=()))


def test_a_key_is_the_same_on_every_machine_and_in_every_version():
    @dataclass(frozen=True)
    class Paragraph:
        text: str
        strong: tuple[str, ...] = ()

    parts = ("scene", 3, 0.5, None, JobStatus.PENDING, Paragraph(text="grün"))

    assert content_key(*parts) == "44c9cfdcd3007898dcfc2d198b3b7e9363bd553d4e1bbfbf7f66236d908be3a0"


@dataclass
class Mutable:
    text: str = ""


@pytest.mark.parametrize(
    "value",
    [
        Path("a"),
        b"a",
        {"a"},
        {1: "a"},
        Mutable(),
        Mutable,
        object(),
        Clip(path=Path("a"), sha256="0", samples=1, words=()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_without_content_are_rejected(value):
    with pytest.raises(TypeError, match="can't be part of a content key"):
        content_key(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_and_infinity_are_rejected(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_key(value)


async def test_a_path_contains_kind_key_and_digest(cache, tmp_path):
    path, _ = await cache.get_or_make("clip", KEY, ".wav", Maker(b"film"))

    seal = hashlib.sha256(b"film").hexdigest()[:16]
    assert path == tmp_path / "cache" / "clip" / KEY[:2] / f"{KEY}.{seal}.wav"


async def test_a_miss_is_made_under_a_temporary_name_in_the_same_folder(cache, tmp_path):
    maker = Maker()

    path, was_there = await cache.get_or_make("segment", KEY, ".mp4", maker)

    assert not was_there
    assert path.read_bytes() == b"film"
    assert (maker.paths[0].parent, maker.paths[0].suffix) == (path.parent, ".mp4")
    assert maker.paths[0].name.startswith(".")
    assert files(tmp_path) == [path]


async def test_a_hit_is_not_made_again(cache):
    first, again = Maker(), Maker(b"other")
    await cache.get_or_make("segment", KEY, ".mp4", first)

    path, was_there = await cache.get_or_make("segment", KEY, ".mp4", again)

    assert was_there
    assert again.paths == []
    assert path.read_bytes() == b"film"


async def test_concurrent_requests_for_a_key_make_it_once(cache):
    maker, answers = Maker(), []

    async def want() -> None:
        answers.append(await cache.get_or_make("segment", KEY, ".mp4", maker))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(want)

    assert len(maker.paths) == 1
    assert sorted(was_there for _, was_there in answers) == [False, True, True, True, True]
    assert cache._flights == {}


async def test_different_keys_are_made_concurrently(cache):
    both = anyio.Event()
    waiting = 0

    async def make(path: Path) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 2:
            both.set()
        await both.wait()
        await anyio.Path(path).write_bytes(b"x")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for name in "ab":
                tasks.start_soon(cache.get_or_make, "kind", content_key(name), ".bin", make)

    assert waiting == 2


async def test_a_failed_make_leaves_nothing_and_the_next_task_tries_for_itself(cache, tmp_path):
    outcomes = []

    async def make(path: Path) -> None:
        await anyio.Path(path).write_bytes(b"half a film")
        if not outcomes:
            raise TransientError("the voice went away")

    async def want() -> None:
        try:
            outcomes.append(await cache.get_or_make("clip", KEY, ".wav", make))
        except TransientError as error:
            outcomes.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(want)
        tasks.start_soon(want)

    assert isinstance(outcomes[0], TransientError)
    path, was_there = outcomes[1]
    assert not was_there
    assert files(tmp_path) == [path]


async def test_a_cancelled_make_leaves_nothing(cache, tmp_path):
    async def make(path: Path) -> None:
        await anyio.Path(path).write_bytes(b"half a film")
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    with anyio.CancelScope() as scope:
        await cache.get_or_make("clip", KEY, ".wav", make)

    assert scope.cancelled_caught
    assert files(tmp_path) == []
    assert cache._flights == {}


async def test_an_empty_file_is_no_file(cache):
    path = await to_thread.run_sync(put, cache, "sky", b"")

    made, was_there = await cache.get_or_make("clip", KEY, ".wav", Maker())

    assert not was_there
    assert not await to_thread.run_sync(cache.intact, path)
    assert made.read_bytes() == b"film"


async def test_a_make_that_writes_nothing_is_an_error_and_leaves_nothing(cache, tmp_path):
    with pytest.raises(StorageError, match="is empty on the disk"):
        await cache.get_or_make("clip", KEY, ".wav", Maker(b""))

    assert files(tmp_path) == []


async def test_a_full_disk_is_an_error_with_a_hint(cache):
    async def make(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageError, match=r"no space left on device.*Free some space"):
        await cache.get_or_make("clip", KEY, ".wav", make)


async def test_network_errors_are_not_translated(cache):
    async def make(path: Path) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    with pytest.raises(ConnectionResetError):
        await cache.get_or_make("clip", KEY, ".wav", make)


async def test_a_folder_that_is_in_the_way_is_a_storage_error(tmp_path):
    (tmp_path / "cache").write_text("a file where the cache should be")

    with pytest.raises(StorageError):
        await Cache(tmp_path / "cache").get_or_make("clip", KEY, ".wav", Maker())


def flip_a_byte(path: Path) -> None:
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [flip_a_byte, cut, lengthen, lambda path: path.write_bytes(b"")])
async def test_corrupted_files_are_discarded_logged_and_made_again_once(cache, tmp_path, damage, caplog):
    path, _ = await cache.get_or_make("segment", KEY, ".mp4", Maker())
    await to_thread.run_sync(damage, path)
    maker = Maker()

    with caplog.at_level(logging.INFO, "nightreel"):
        assert await cache.get_or_make("segment", KEY, ".mp4", maker) == (path, False)
        assert await cache.get_or_make("segment", KEY, ".mp4", maker) == (path, True)

    assert len(maker.paths) == 1
    assert await to_thread.run_sync(files, tmp_path) == [path]
    assert [record.getMessage() for record in caplog.records] == [f"{path} is damaged and is made again"]


async def test_corruption_after_a_successful_check_is_detected(cache):
    path, _ = await cache.get_or_make("segment", KEY, ".mp4", Maker())
    assert (await cache.get_or_make("segment", KEY, ".mp4", Maker()))[1]
    await to_thread.run_sync(flip_a_byte, path)

    assert not await to_thread.run_sync(cache.intact, path)
    assert not (await cache.get_or_make("segment", KEY, ".mp4", Maker()))[1]


async def test_a_damaged_file_is_gone_even_when_a_new_one_can_not_be_made(cache, tmp_path):
    async def fail(path: Path) -> None:
        raise TransientError("the voice went away")

    path, _ = await cache.get_or_make("segment", KEY, ".mp4", Maker())
    await to_thread.run_sync(cut, path)
    with pytest.raises(TransientError):
        await cache.get_or_make("segment", KEY, ".mp4", fail)

    assert await to_thread.run_sync(files, tmp_path) == []


async def test_an_unreadable_file_is_made_again_but_not_removed(cache, monkeypatch):
    path, _ = await cache.get_or_make("segment", KEY, ".mp4", Maker())

    def refuse(path: Path) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(digests, "_hashes", SimpleNamespace(of=lambda path, stat: refuse(path)))
    with pytest.raises(ZeroDivisionError):
        await cache.get_or_make("segment", KEY, ".mp4", divide_by_zero)
    monkeypatch.undo()

    assert await cache.get_or_make("segment", KEY, ".mp4", Maker()) == (path, True)


async def divide_by_zero(path: Path) -> None:
    raise ZeroDivisionError


async def test_a_file_is_hashed_once_until_it_changes(cache, monkeypatch):
    path = await to_thread.run_sync(put, cache, "sky", b"film")
    read = []
    monkeypatch.setattr(
        digests, "sha256_of", lambda path, read_it=digests.sha256_of: read.append(path) or read_it(path)
    )

    for _ in range(3):
        assert (await cache.get_or_make("clip", KEY, ".wav", Maker()))[1]
        assert await to_thread.run_sync(cache.intact, path)
    assert read == [path]

    await to_thread.run_sync(os.utime, path)
    assert await to_thread.run_sync(cache.intact, path)
    assert read == [path, path]


def test_a_file_too_new_for_its_timestamp_to_show_changes_is_hashed_again(cache):
    path = put(cache, "sky", b"film", age_s=-60)
    before = path.stat()
    assert cache.intact(path)

    flip_a_byte(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not cache.intact(path)


def test_the_memory_of_hashes_is_bounded_and_evicts_the_oldest(cache, monkeypatch):
    hashes = digests._Hashes()
    monkeypatch.setattr(digests, "_REMEMBERED", 2)
    for name in ("a", "b", "a", "c"):
        path = put(cache, name, name.encode())
        hashes.of(path, path.stat())

    assert [content_key(name) in str(list(hashes._known)) for name in "abc"] == [True, False, True]


def test_a_file_is_intact_only_if_it_matches_the_digest_in_its_name(cache, tmp_path):
    plain = tmp_path / "film.mp4"
    plain.write_bytes(b"film")

    assert cache.intact(put(cache, "sky", b"film"))
    assert not cache.intact(plain)
    assert not cache.intact(tmp_path / "gone.0123456789abcdef.mp4")
    assert not cache.intact(tmp_path)


async def test_only_files_that_were_made_can_be_found(cache):
    path, _ = await cache.get_or_make("clip", KEY, ".wav", Maker())

    def look(kind: str, key: str, suffix: str) -> tuple[Path | None, bool]:
        return cache.find(kind, key, suffix), cache.contains(kind, key, suffix)

    assert await to_thread.run_sync(look, "clip", KEY, ".wav") == (path, True)
    assert await to_thread.run_sync(look, "clip", KEY, ".mp3") == (None, False)
    assert await to_thread.run_sync(look, "clip", KEY[:-1], ".wav") == (None, False)
    assert await to_thread.run_sync(look, "segment", KEY, ".wav") == (None, False)


def test_partial_and_damaged_files_are_not_found(cache):
    path = put(cache, "sky", b"film")
    path.with_name(f".{KEY}.01234567.mp4").write_bytes(b"half")
    path.with_name(f"{KEY}.mp4").write_bytes(b"named as files used to be")
    assert not cache.contains("clip", KEY, ".mp4")

    cut(path)
    assert cache.contains("clip", KEY, ".wav")
    assert cache.find("clip", KEY, ".wav") is None


async def test_if_two_processes_make_a_key_both_use_the_first_file(tmp_path):
    one, other = Cache(tmp_path), Cache(tmp_path)
    paths = []

    async def slow(path: Path) -> None:
        await anyio.Path(path).write_bytes(b"slow voice")
        paths.append((await other.get_or_make("clip", KEY, ".wav", Maker(b"quick voice")))[0])

    path, was_there = await one.get_or_make("clip", KEY, ".wav", slow)

    assert not was_there
    assert paths == [path]
    assert path.read_bytes() == b"quick voice"
    assert await to_thread.run_sync(files, tmp_path) == [path]


async def test_an_exclusive_block_excludes_tasks_and_other_processes(tmp_path):
    ours, theirs = Cache(tmp_path / "cache"), Cache(tmp_path / "cache")
    inside = most = 0

    async def enter(cache: Cache) -> None:
        nonlocal inside, most
        async with cache.exclusive("script", KEY):
            inside += 1
            most = max(most, inside)
            await anyio.wait_all_tasks_blocked()
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for cache in (ours, theirs, ours, theirs):
            tasks.start_soon(enter, cache)

    assert most == 1
    assert files(tmp_path) == []


async def test_blocks_of_different_keys_do_not_wait_for_each_other(cache):
    with anyio.fail_after(10):
        async with cache.exclusive("script", KEY), cache.exclusive("script", content_key("sea")):
            pass


async def test_a_file_removed_while_it_is_verified_is_made_again(cache, monkeypatch):
    path, _ = await cache.get_or_make("clip", KEY, ".wav", Maker())
    matches_digest = cache_module.matches_digest

    def look_and_lose(found):
        good = matches_digest(found)
        found.unlink()
        return good

    monkeypatch.setattr(cache_module, "matches_digest", look_and_lose)
    again, was_there = await cache.get_or_make("clip", KEY, ".wav", Maker())

    assert (again, was_there) == (path, False)
    assert await anyio.Path(path).read_bytes() == b"film"


async def test_a_damaged_file_of_a_faster_process_is_not_used(cache):
    async def slow(path: Path) -> None:
        await anyio.Path(path).write_bytes(b"slow voice")
        await to_thread.run_sync(lambda: cut(put(cache, "sky", b"quick voice")))

    path, _ = await cache.get_or_make("clip", KEY, ".wav", slow)

    assert path.read_bytes() == b"slow voice"


async def test_of_two_files_for_a_key_all_use_the_same_and_the_other_is_evicted_first(cache):
    def make_two() -> tuple[Path, Path]:
        first, second = sorted(put(cache, "sky", content, age_s=60) for content in (b"one", b"other"))
        return first, second

    first, second = await to_thread.run_sync(make_two)
    size = second.stat().st_size

    assert await cache.get_or_make("clip", KEY, ".wav", Maker()) == (first, True)
    assert await to_thread.run_sync(cache.prune, first.stat().st_size) == size
    assert await to_thread.run_sync(files, cache._root) == [first]


async def test_a_discarded_file_is_made_again_and_may_be_discarded_again(cache):
    path, _ = await cache.get_or_make("segment", KEY, ".mp4", Maker())

    await cache.discard(path)
    await cache.discard(path)

    assert await cache.get_or_make("segment", KEY, ".mp4", Maker()) == (path, False)


def test_the_least_recently_used_files_are_evicted_until_the_rest_fits(cache, tmp_path):
    # So many that no order of the folder is that of their use.
    by_age = sorted(
        (age_s, put(cache, str(age_s), b"x" * 100, age_s=age_s)) for age_s in (50, 90, 5, 70, 30, 80, 20, 60)
    )

    assert cache.prune(350) == 500
    assert files(tmp_path) == sorted(path for _, path in by_age[:3])
    assert cache.prune(350) == 0
    assert cache.prune(0) == 300


async def test_a_hit_makes_a_file_the_most_recently_used(cache, tmp_path):
    old = await to_thread.run_sync(lambda: put(cache, "old", b"x" * 100, age_s=50))
    await to_thread.run_sync(lambda: put(cache, "new", b"x" * 100, age_s=5))
    await cache.get_or_make("clip", content_key("old"), ".wav", Maker())

    await to_thread.run_sync(Cache(tmp_path / "cache").prune, 100)  # as the next process would

    assert await to_thread.run_sync(files, tmp_path) == [old]


async def get(cache: Cache, name: str, maker: Maker | None = None) -> Path:
    path, _ = await cache.get_or_make("clip", content_key(name), ".wav", maker or Maker())
    return path


async def test_files_in_use_are_not_evicted_until_their_block_ends(cache, tmp_path):
    hit = await to_thread.run_sync(lambda: put(cache, "hit", b"x" * 100, age_s=99))
    await get(cache, "of nobody")

    async with cache.holding():
        async with anyio.create_task_group() as tasks:  # what tasks of the block get is held as well
            tasks.start_soon(get, cache, "made")
            tasks.start_soon(get, cache, "hit")
        made = await get(cache, "made")
        assert await to_thread.run_sync(cache.prune, 0) == 4
        assert await to_thread.run_sync(files, tmp_path) == sorted([hit, made])

    assert await to_thread.run_sync(cache.prune, 0) == 104
    assert await to_thread.run_sync(files, tmp_path) == []


async def test_files_not_in_use_are_evicted_while_others_are_in_use(cache):
    async with cache.holding():
        held, _ = await cache.get_or_make("clip", KEY, ".wav", Maker())
        # Of a task that holds nothing, and used since we hold something.
        path = await to_thread.run_sync(lambda: put(cache, "loose", b"x" * 9, age_s=-1))

        assert await to_thread.run_sync(cache.prune, 0) == 9
        assert [await anyio.Path(one).exists() for one in (held, path)] == [True, False]


async def test_a_file_used_by_two_blocks_is_kept_until_both_end(cache):
    first_ended = anyio.Event()

    async def second() -> None:
        async with cache.holding():
            await get(cache, "shared")
            await first_ended.wait()
            assert await to_thread.run_sync(cache.prune, 0) == 0

    async with anyio.create_task_group() as tasks:
        async with cache.holding():
            path = await get(cache, "shared")
            tasks.start_soon(second)
            await anyio.wait_all_tasks_blocked()
        first_ended.set()

    assert await to_thread.run_sync(cache.prune, 0) == 4
    assert not await anyio.Path(path).exists()


async def test_files_in_use_by_another_process_are_not_evicted_until_its_block_ends(cache, tmp_path):
    other = Cache(tmp_path / "cache")
    unused, taken = await to_thread.run_sync(lambda: [put(cache, name, b"x" * 100) for name in ("unused", "taken")])

    async with other.holding():
        await get(other, "taken")
        made = await get(other, "made")
        assert await to_thread.run_sync(cache.prune, 0) == 100
        assert await to_thread.run_sync(files, tmp_path) == sorted([taken, made])
        # What the other one holds counts for nobody else's block, and the other way round.
        assert await to_thread.run_sync(other.prune, 0) == 0

    assert not await anyio.Path(unused).exists()
    assert await to_thread.run_sync(cache.prune, 0) == 104
    assert list(tmp_path.rglob("*.lock")) == []


async def test_a_file_that_another_process_starts_to_use_during_pruning_is_kept(cache, tmp_path, monkeypatch):
    other, path = Cache(tmp_path / "cache"), await to_thread.run_sync(lambda: put(cache, "old", b"x" * 100))
    look = digests.files_below

    def and_then(folder):
        found = look(folder)
        anyio.from_thread.run(get, other, "old")
        return found

    monkeypatch.setattr("pipeline.state.cache.content.files_below", and_then)
    assert await to_thread.run_sync(cache.prune, 0) == 0
    assert await anyio.Path(path).exists()


def test_the_lease_of_a_killed_process_protects_nothing_and_is_removed(cache, tmp_path):
    put(cache, "old", b"x" * 100)
    sign = tmp_path / "cache" / ".0123456789ab.lock"
    sign.write_text("4711", encoding="ascii")
    os.utime(sign, (time.time() - 60,) * 2)

    assert cache.prune(0) == 100
    assert not sign.exists()


async def test_the_lease_of_a_process_that_works_for_days_is_no_leftover(cache, tmp_path):
    other = Cache(tmp_path / "cache")

    async with other.holding():
        made = await get(other, "made")
        (lease,) = (tmp_path / "cache").glob(".*.lock")
        os.utime(lease, (time.time() - 2 * DAY_S,) * 2)

        assert await to_thread.run_sync(cache.prune, 0) == 0
        assert [await anyio.Path(path).exists() for path in (lease, made)] == [True, True]


def test_a_lease_from_before_a_clock_change_protects_all_files(cache, tmp_path, monkeypatch):
    held = put(cache, "held", b"x" * 100, age_s=5)
    sign = tmp_path / "cache" / ".0123456789ab.lock"
    sign.touch()
    os.utime(sign, (time.time() + 3600,) * 2)
    monkeypatch.setattr("pipeline.state.cache.leases.is_held", lambda path: True)

    assert cache.prune(0) == 0
    assert files(tmp_path) == [held]


def test_a_lease_that_can_not_be_opened_protects_files_used_since_it_began(cache, tmp_path, monkeypatch):
    put(cache, "old", b"x" * 100, age_s=100)
    recent = put(cache, "recent", b"x" * 100, age_s=5)
    sign = tmp_path / "cache" / ".0123456789ab.lock"
    sign.touch()
    os.utime(sign, (time.time() - 60,) * 2)

    def is_held(path):
        raise StorageError("can't be opened", where=str(path))

    monkeypatch.setattr("pipeline.state.cache.leases.is_held", is_held)
    assert cache.prune(0) == 100
    assert files(tmp_path) == [recent]


async def test_a_read_only_cache_still_serves(tmp_path):
    (tmp_path / "cache").write_text("in the way", encoding="ascii")

    async with Cache(tmp_path / "cache").holding() as use:
        assert use.counts() == CacheCounts()


async def test_files_from_an_earlier_process_can_be_held_and_count_as_used(cache, tmp_path):
    old = await to_thread.run_sync(lambda: put(cache, "old", b"x" * 100, age_s=50))
    await to_thread.run_sync(lambda: put(cache, "new", b"x" * 100, age_s=5))

    async with cache.holding(old, tmp_path / "gone.wav"):
        assert await to_thread.run_sync(cache.prune, 0) == 100

    assert await to_thread.run_sync(files, tmp_path) == [old]
    await to_thread.run_sync(lambda: put(cache, "new", b"x" * 100, age_s=5))
    await to_thread.run_sync(Cache(tmp_path / "cache").prune, 100)
    assert await to_thread.run_sync(files, tmp_path) == [old]


async def test_a_failed_block_protects_nothing(cache):
    with suppress(ZeroDivisionError):
        async with cache.holding():
            await get(cache, "made")
            raise ZeroDivisionError

    assert await to_thread.run_sync(cache.prune, 0) == 4


async def test_pruning_reads_nothing_while_the_size_is_known_to_fit(cache, monkeypatch):
    looked = []
    look = digests.files_below
    monkeypatch.setattr(
        "pipeline.state.cache.content.files_below", lambda folder: looked.append(folder) or look(folder)
    )
    await get(cache, "one")
    await to_thread.run_sync(cache.prune, 10)
    looked.clear()

    await get(cache, "two")
    assert await to_thread.run_sync(cache.prune, 10) == 0
    await cache.discard(await get(cache, "two"))
    await get(cache, "two")
    assert await to_thread.run_sync(cache.prune, 10) == 0
    assert looked == []

    await get(cache, "three")
    assert await to_thread.run_sync(cache.prune, 10) == 4
    assert looked


def test_partial_files_of_killed_processes_are_removed_after_a_day(cache, tmp_path):
    folder = put(cache, "kept", b"x" * 10).parent
    fresh, stale = folder / ".abc.123.wav", folder / ".abc.456.wav"
    for path in (fresh, stale):
        path.write_bytes(b"half")
    os.utime(stale, (time.time() - DAY_S - 60,) * 2)

    assert cache.prune(1000) == 4
    assert fresh.exists()
    assert not stale.exists()


def test_a_cache_that_does_not_exist_needs_no_pruning(cache):
    assert cache.prune(0) == 0


async def test_a_block_counts_its_hits_and_misses(cache):
    await to_thread.run_sync(put, cache, "there", b"film")

    async with cache.holding() as use:
        await get(cache, "there")
        assert use.counts() == CacheCounts(found=1)
        await get(cache, "new", Maker(b"12345"))

    assert use.counts() == CacheCounts(found=1, made=1, made_bytes=5)


async def test_a_file_made_in_a_block_stays_a_miss_when_requested_again(cache):
    async with cache.holding() as use:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(get, cache, "new")
        await get(cache, "new")
        await get(cache, "new")

    assert use.counts() == CacheCounts(made=1, made_bytes=4)


async def test_a_file_made_by_a_concurrent_task_counts_as_a_hit(cache):
    started = anyio.Event()
    counts = {}

    async def slow(path: Path) -> None:
        started.set()
        await anyio.wait_all_tasks_blocked()
        await anyio.Path(path).write_bytes(b"film")

    async def job(name: str) -> None:
        async with cache.holding() as use:
            await cache.get_or_make("clip", KEY, ".wav", slow)
        counts[name] = use.counts()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(job, "first")
        await started.wait()
        tasks.start_soon(job, "second")

    assert counts == {"first": CacheCounts(made=1, made_bytes=4), "second": CacheCounts(found=1)}


async def test_the_difference_of_two_counts_covers_the_time_between(cache):
    async with cache.holding() as use:
        await get(cache, "one")
        before = use.counts()
        await get(cache, "one")
        await get(cache, "two", Maker(b"12345"))

        assert use.counts() - before == CacheCounts(made=1, made_bytes=5)


async def test_a_damaged_file_counts_as_a_miss(cache):
    path = await to_thread.run_sync(put, cache, "old", b"film")
    await to_thread.run_sync(cut, path)

    async with cache.holding() as use:
        await get(cache, "old")

    assert use.counts() == CacheCounts(made=1, made_bytes=4)


async def test_the_size_is_that_of_all_finished_files(cache):
    assert await to_thread.run_sync(cache.size_bytes) == 0
    path = await get(cache, "one")
    await get(cache, "two")
    await cache.get_or_make("segment", KEY, ".mp4", Maker(b"12345"))
    await to_thread.run_sync(path.with_name(".half-made.wav").write_bytes, b"half")

    assert await to_thread.run_sync(cache.size_bytes) == 4 + 4 + 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    text: str
    room: int = dataclasses.field(default=0, compare=False)


def test_equal_values_have_equal_keys_whatever_is_not_compared():
    assert content_key(Asked(text="a", room=1)) == content_key(Asked(text="a"))
    assert content_key(Asked(text="a")) != content_key(Asked(text="b"))
