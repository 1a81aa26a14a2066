"""`mail`: whether mails can leave, shown by sending one."""

import argparse

DESCRIPTION = (
    "Say how mail is set up, and with --to send one test mail now, past the outbox. Without a mail server it says that "
    "mails stay in the outbox."
)
ADVICE = """So that mails are not taken for spam, publish three records in the DNS of the sender's domain:
  SPF    a TXT record that lists your mail server, such as: v=spf1 mx -all
  DKIM   the key with which your mail server signs (it shows you the TXT record)
  DMARC  a TXT record at _dmarc, such as: v=DMARC1; p=quarantine; rua=mailto:postmaster@YOUR-DOMAIN
Whoever runs the mail server knows them; this command asks no name server."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", metavar="ADDRESS", help="send a test mail to this address")


def run(arguments: argparse.Namespace) -> int:
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.utils import format_datetime, make_msgid, parseaddr

    from delphi import backups, clock
    from delphi.commands import CommandProblem
    from delphi.commands.accounts import mail_address
    from delphi.config import load_settings
    from delphi.mail.sender import Post, Refused

    settings = load_settings()
    print(f"Sender: {settings.mail_sender}")
    if backups.is_mail_held(settings):
        print("This is a restored copy: it sends no mail until `python -m delphi worker --release-mail`.")
    if not settings.smtp_url:
        print("No mail server is set (DELPHI_SMTP_URL): mails stay in the outbox, none is lost.")
        print(ADVICE)
        return 0
    post = Post(settings.smtp_url)
    print(f"Mail server: {post.place}")
    if arguments.to is None:
        print(ADVICE)
        return 0
    name, own = parseaddr(settings.mail_sender)
    message = EmailMessage()
    message["From"] = Address(display_name=name, addr_spec=own)
    message["To"] = Address(addr_spec=mail_address(arguments.to))
    message["Subject"] = "Test of the mail settings"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=own.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This installation can send mail. It is at {settings.base_url}\n")
    try:
        post.deliver(message)
    except Refused as refusal:
        raise CommandProblem(f"The mail server {post.place} did not take the mail: {refusal}") from refusal
    print("The mail server took the mail. Look whether it arrived, and not among the spam.")
    print(ADVICE)
    return 0
