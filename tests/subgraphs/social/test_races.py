"""Many at once on one post: the counts stay those of the rows, the versions without a gap."""

import asyncio

from sqlalchemy import text

from subgraphs.shared.demo import customer_id
from tests.subgraphs.social.acts import comment, follow, key, post, react
from tests.subgraphs.social.log import events_of


async def counts(database, post_id: str) -> tuple[int, ...]:
    """Likes and comments as counted, the same as rows, and the version."""
    async with database.session() as session:
        row = await session.execute(
            text(
                """
                select like_count, comment_count,
                    (select count(*) from social.reactions r where r.post_id = p.id),
                    (select count(*) from social.comments c where c.post_id = p.id), version
                from social.posts p where id = :id"""
            ),
            {"id": post_id},
        )
        return tuple(row.one())


async def test_fifty_reactions_at_once_are_fifty(call, database):
    made = await post(call)
    async with asyncio.TaskGroup() as group:
        for n in range(1, 51):
            group.create_task(react(call, made, viewer=customer_id(n)))
    assert await counts(database, made) == (50, 0, 50, 0, 51)
    assert len(await events_of(database, made)) == 51


async def test_one_viewer_clicking_twenty_times_is_one_reaction(call, database):
    made = await post(call)
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(react(call, made))
    assert await counts(database, made) == (1, 0, 1, 0, 2)


async def test_reactions_and_comments_on_and_off_agree_in_the_end(call, database):
    made = await post(call)
    same = key()
    async with asyncio.TaskGroup() as group:
        for n in range(40):
            who = customer_id(1 + n % 8)
            group.create_task(react(call, made, viewer=who, on=n % 3 != 0))
            group.create_task(comment(call, made, viewer=who))
        for _ in range(5):
            group.create_task(comment(call, made, "Once only", idempotencyKey=same))
    likes, comments, reaction_rows, comment_rows, version = await counts(database, made)
    assert likes == reaction_rows
    assert comments == comment_rows == 41
    told = await events_of(database, made)
    assert [event["data"]["version"] for event in told] == list(range(1, version + 1))


async def test_follows_at_once_count_once(call, database):
    made = await post(call)
    async with asyncio.TaskGroup() as group:
        for n in range(30):
            group.create_task(
                follow(call, viewer=customer_id(20 + n % 10), following=n % 2 == 0, post_id=made)
            )
    async with database.session() as session:
        agreed = await session.execute(
            text(
                """
                select follow_count = (select count(*) from social.follows f where f.post_id = p.id)
                from social.posts p where id = :id"""
            ),
            {"id": made},
        )
        assert agreed.scalar_one()
    await events_of(database, made)
