"""Makes up the demo's posts: who wrote them, who liked them, who answered. Values, no I/O.

Everything follows from the post's number, save for the times, which count back from the present.
Some posts are loved and most are not, as it is.
"""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec

from subgraphs.shared.demo import CUSTOMERS, RANGES, customer_id, demo_id, products_in
from subgraphs.social.demo_texts import ANSWERS, REPLIES, VOICES, Voice
from subgraphs.social.models import Comment, Post, PostState, ReactionKind, ShoppableTag

POSTS = 180
DAYS = 30
LIMITED, REMOVED = 77, 131
"""The numbers of the one post that only its link leads to, and of the one taken down."""

Reaction = tuple[str, ReactionKind, datetime]


class DemoPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post with all that hangs on it; `won` are those who follow its author because of it."""

    number: int
    range: str
    opening: str
    post: Post
    tags: list[ShoppableTag]
    reactions: list[Reaction]
    comments: list[Comment]
    won: list[str]


def demo_posts(at: datetime) -> list[DemoPost]:
    """All demo posts, as if published in the days before `at`."""
    return [_make(number, at) for number in range(1, POSTS + 1)]


def demo_follows(made: list[DemoPost], at: datetime) -> list[dict[str, Any]]:
    """Rows of `follows`: those won by posts, and for each customer some of old acquaintance."""
    rows = {(follower, post.post.author_id): post.post.id for post in made for follower in post.won}
    chosen = random.Random(POSTS)  # noqa: S311 (the same every time, nothing secret)
    pairs: dict[tuple[str, str], str | None] = dict(rows)
    for n in range(1, CUSTOMERS + 1):
        for other in chosen.sample(range(1, CUSTOMERS + 1), 6):
            if other != n:
                pairs.setdefault((customer_id(n), customer_id(other)), None)
    return [
        {"follower_id": follower, "followee_id": followee, "post_id": post_id, "at": at}
        for (follower, followee), post_id in pairs.items()
    ]


def _make(number: int, at: datetime) -> DemoPost:
    chosen = random.Random(number)  # noqa: S311 (as above)
    range_ = _range(number)
    voice = _voice(number)
    # Each pair of opening and thought comes once before any comes again.
    turn = (number - 1) // len(RANGES)
    opening = voice.openings[turn % len(voice.openings)]
    thought = voice.thoughts[(turn + turn // len(voice.openings)) % len(voice.thoughts)]
    author = _author(number)
    post_id = demo_id("post", number)
    created = at - timedelta(days=DAYS) * ((POSTS - number + chosen.random()) / POSTS)
    readers = [customer_id(n) for n in range(1, CUSTOMERS + 1) if customer_id(n) != author]
    fame = min(1.0, chosen.paretovariate(1.4) / 8)
    reactions = _reactions(chosen, readers, fame, created, at)
    comments = _comments(chosen, number, readers, fame, created, at)
    won = _won(chosen, number, author, fame)
    counts = [sum(kind is wanted for _, kind, _ in reactions) for wanted in ReactionKind]
    state = {LIMITED: PostState.LIMITED, REMOVED: PostState.REMOVED}.get(
        number, PostState.PUBLISHED
    )
    post = Post(
        id=post_id,
        author_id=author,
        body=f"{opening} {thought}",
        topics=voice.topics[: 1 + number % 3],
        state=state,
        created_at=created,
        like_count=counts[0],
        save_count=counts[1],
        share_count=counts[2],
        comment_count=len(comments),
        follow_count=len(won),
        version=1 + len(reactions) + len(comments) + len(won),
    )
    return DemoPost(
        number=number,
        range=range_,
        opening=opening,
        post=post,
        tags=_tags(chosen, number, post_id, range_),
        reactions=reactions,
        comments=comments,
        won=won,
    )


def _range(number: int) -> str:
    return RANGES[(number - 1) % len(RANGES)]


def _voice(number: int) -> Voice:
    return VOICES[_range(number)]


def _author(number: int) -> str:
    # Steps of 7 through 60 customers: everyone writes three posts, no two in a row.
    return customer_id(1 + number * 7 % CUSTOMERS)


def _reactions(
    chosen: random.Random, readers: list[str], fame: float, begin: datetime, end: datetime
) -> list[Reaction]:
    likely = (
        (ReactionKind.LIKE, 0.8),
        (ReactionKind.SAVE, 0.25),
        (ReactionKind.SHARE, 0.1),
    )
    return [
        (reader, kind, begin + (end - begin) * chosen.random())
        for reader in readers
        for kind, share in likely
        if chosen.random() < share * fame
    ]


def _comments(
    chosen: random.Random,
    number: int,
    readers: list[str],
    fame: float,
    begin: datetime,
    end: datetime,
) -> list[Comment]:
    """Remarks and questions in the order of time; the author answers some questions."""
    count = 1 + round(20 * fame * chosen.random())
    remarks = chosen.sample(ANSWERS, min(count, len(ANSWERS)))
    voice = _voice(number)
    questions = iter(chosen.sample(voice.questions, len(voice.questions)))
    step = (end - begin) / (2 * len(remarks) + 1)
    comments: list[Comment] = []
    for place, remark in enumerate(remarks):
        question = next(questions, None) if place % 3 == 1 else None
        comment = Comment(
            id=demo_id("cmt", number * 100 + len(comments)),
            post_id=demo_id("post", number),
            author_id=chosen.choice(readers),
            body=question or remark,
            at=begin + step * (2 * place + 1),
            parent_id=None,
        )
        comments.append(comment)
        if question is not None:
            answer = msgspec.structs.replace(
                comment,
                id=demo_id("cmt", number * 100 + len(comments)),
                author_id=_author(number),
                body=chosen.choice(REPLIES),
                at=begin + step * (2 * place + 2),
                parent_id=comment.id,
            )
            comments.append(answer)
    return comments


def _won(chosen: random.Random, number: int, author: str, fame: float) -> list[str]:
    """Followers won, each by one post of the author only: the customer's number says by which."""
    posts_of_author = [n for n in range(1, POSTS + 1) if _author(n) == author]
    turn = posts_of_author.index(number)
    return [
        customer_id(n)
        for n in range(1, CUSTOMERS + 1)
        if n % len(posts_of_author) == turn
        and customer_id(n) != author
        and chosen.random() < 0.4 * fame
    ]


def _tags(chosen: random.Random, number: int, post_id: str, range_: str) -> list[ShoppableTag]:
    products = chosen.sample(products_in(range_), 1 + number % 2)
    return [
        ShoppableTag(
            id=demo_id("tag", number * 10 + place),
            post_id=post_id,
            product_id=product,
            variant_id=None,
            x=round(chosen.uniform(0.15, 0.85), 3),
            y=round(chosen.uniform(0.2, 0.8), 3),
            media_index=0,
        )
        for place, product in enumerate(products)
    ]
