from dataclasses import replace
from datetime import UTC, datetime

import anyio
import pytest

from pipeline.cli.status_report import all_states, batch_state, print_batch, print_batches
from pipeline.errors import CheckpointError
from pipeline.model import Batch, Brief, Job
from pipeline.state import CheckpointStore

AT = datetime(2026, 1, 2, tzinfo=UTC)
SKY = Job(id="a" * 8, batch="space", name="sky", brief=Brief(title="Why is the sky blue?"))


@pytest.fixture
async def store(tmp_path) -> CheckpointStore:
    """A workspace with two batches; in `space`, one job of two is damaged."""
    store = CheckpointStore(tmp_path)
    await store.save_job(SKY)
    await store.save_batch(Batch(name="space", source="x", created_at=AT, jobs=("b" * 8, SKY.id)))
    await anyio.Path(tmp_path, "state", "batches", "space", "jobs", f"{'b' * 8}.json").write_bytes(b"\0\0")
    await store.save_job(replace(SKY, batch="kitchen"))
    await store.save_batch(Batch(name="kitchen", source="x", created_at=AT, jobs=(SKY.id,)))
    return store


async def test_a_damaged_job_is_shown_as_failed_with_what_to_do_beside_the_others(store, capsys):
    state = await batch_state(store, "space")
    print_batch(state)

    assert [(job.id, job.status) for job in state.jobs] == [(SKY.id, "pending"), ("b" * 8, "failed")]
    assert state.counts == {"pending": 1, "in_progress": 0, "completed": 0, "failed": 1}
    shown = capsys.readouterr().out
    assert "Why is the sky blue?" in shown
    assert "bbbbbbbb.json: is damaged: not JSON. Remove the file" in shown


async def test_a_damaged_batch_is_told_and_hides_no_other(store, tmp_path, capsys):
    await anyio.Path(tmp_path, "state", "batches", "space", "batch.json").write_bytes(b"\0\0")

    states = await all_states(store)
    print_batches(states)

    assert [(state.batch, len(state.jobs), bool(state.error)) for state in states] == [
        ("kitchen", 1, False),
        ("space", 0, True),
    ]
    shown = capsys.readouterr().out
    assert "kitchen  1 pending" in shown
    assert "space  state/batches/space/batch.json: is damaged" in shown
    with pytest.raises(CheckpointError, match="is damaged"):
        await batch_state(store, "space")
