"""The demo's posts."""

from pathlib import Path

import pytest
from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.instants import now
from subgraphs.social.demo_posts import POSTS, demo_posts
from subgraphs.social.seed import seed


@pytest.fixture
async def seeded(database: Database, tmp_path: Path, monkeypatch) -> Database:
    monkeypatch.setenv("MEDIA_DIR", str(tmp_path))
    await seed(database)
    await seed(database)
    return database


async def count(database: Database, query: str) -> int:
    async with database.session() as session:
        return int((await session.execute(text(query))).scalar_one())


async def test_posts_are_seeded_once_with_contiguous_events(seeded, tmp_path):
    assert await count(seeded, "select count(*) from social.posts") == POSTS
    assert 700 < await count(seeded, "select count(*) from social.comments") < 1100
    assert len(list(tmp_path.glob("post-*.svg"))) == POSTS
    gaps = """
        select count(*) from (
            select from social.outbox group by topic, key
            having count(*) <> max(sequence) or min(sequence) <> 1
        ) as gaps"""
    assert await count(seeded, gaps) == 0


async def test_the_counts_are_those_of_the_rows(seeded):
    wrong = """
        select count(*) from social.posts p where
            (like_count, save_count, share_count) <> (
                select count(*) filter (where kind = 'LIKE'),
                       count(*) filter (where kind = 'SAVE'),
                       count(*) filter (where kind = 'SHARE')
                from social.reactions r where r.post_id = p.id
            )
            or comment_count <> (select count(*) from social.comments c where c.post_id = p.id)
            or follow_count <> (select count(*) from social.follows f where f.post_id = p.id)
            or version <> (
                select max(sequence) from social.outbox o
                where o.key = p.id and o.topic = 'fc.social.event.v1'
            )"""
    assert await count(seeded, wrong) == 0
    one_each = """
        select count(*) from social.posts where state in ('LIMITED', 'REMOVED')"""
    assert await count(seeded, one_each) == 2


async def test_the_version_in_an_event_is_its_sequence(seeded):
    wrong = """
        select count(*) from social.outbox
        where topic = 'fc.social.event.v1' and (event->'data'->>'version')::bigint <> sequence"""
    assert await count(seeded, wrong) == 0


def test_posts_differ_and_are_the_same_every_time():
    at = now()
    made = demo_posts(at)
    assert made == demo_posts(at)
    assert all(post.post.created_at < at for post in made)
    assert len({post.post.body for post in made}) == POSTS
