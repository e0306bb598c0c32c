"""Bounds the names of a document: answers repeat them.

An alias is in the answer once for each object of a list, and validation tells an operation's name
with each fault: a name that fills the request would come back a hundred times.
"""

import re

from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind

MAX_NAME = 255
_WORD = re.compile(r"\w+", re.ASCII)


def refuse_long_names(text: str) -> None:
    """Checks a document that can be parsed.

    Raises:
        GraphQLSyntaxError: a name has more than `MAX_NAME` characters.
    """
    # Nearly always there is no such word, not even within a string: then no lexer is needed.
    if len(text) <= MAX_NAME or all(len(word) <= MAX_NAME for word in _WORD.findall(text)):
        return
    source = Source(text)
    lexer = Lexer(source)
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        if token.kind is TokenKind.NAME and len(token.value or "") > MAX_NAME:
            message = f"A name has more than {MAX_NAME} characters."
            raise GraphQLSyntaxError(source, token.start, message)
