"""Requests and responses of comments."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from auto360.core.pagination import Page
from auto360.core.text import Paragraph
from auto360.http.envelope import Model, RequestBody


class NewComment(RequestBody):
    """Body of a new comment, or with `parent_id` of a reply."""

    text: Annotated[Paragraph, Field(min_length=1, max_length=1000)]
    parent_id: UUID | None = Field(None, strict=False)


class CommentDecision(RequestBody):
    """Decision of a moderator: `is_shown` shows the comment again, otherwise it is removed."""

    is_shown: bool


class CommentAuthor(Model):
    """Public part of the author."""

    id: str
    name: str
    avatar_url: str | None


class Comment(Model):
    """Comment below a listing. `is_hidden` comments wait for a moderator and are visible to their author alone."""

    model_config = ConfigDict(extra="ignore")

    id: str
    listing_id: str
    user_id: str
    parent_id: str | None
    text: str
    likes_count: int
    replies_count: int
    is_edited: bool
    is_hidden: bool
    is_liked: bool = False
    user: CommentAuthor
    created_at: datetime
    updated_at: datetime


class CommentPage(Model):
    """Page of comments, newest first."""

    comments: list[Comment]
    next_cursor: str | None = None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Build the response for a page."""
        return cls.model_validate({"comments": page.rows, "next_cursor": page.next_cursor})


class CommentId(Model):
    """Id of the changed comment."""

    id: str
