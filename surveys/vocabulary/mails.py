"""Mails and how far they have come."""

from enum import StrEnum


class OutboxStatus(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    RECEIPT = "receipt"
    ROUND_OPENED = "round_opened"
    ROUND_REOPENED = "round_reopened"
    ROUND_RESULTS = "round_results"
    NEW_LINK = "new_link"
    THANKS = "thanks"
    CONSULTATION_OPENED = "consultation_opened"
    CONSULTATION_REMINDER = "consultation_reminder"
    ACCOUNT_INVITATION = "account_invitation"
    PASSWORD_FORGOTTEN = "password_forgotten"
    ACCOUNT_NOTICE = "account_notice"
    RETENTION_NOTICE = "retention_notice"
