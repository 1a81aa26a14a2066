"""A person with a browser that runs no scripts: opens pages, follows links, fills and sends forms, reads tables."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

Table = list[list[str]]
"""Rows of cell texts, the heading first."""


@dataclass
class Control:
    """One form control as a browser sees it."""

    name: str
    value: str
    kind: str
    label: str = ""
    checked: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    """A form with the controls that belong to it, also those that stand elsewhere on the page (`form=`)."""

    action: str
    method: str
    controls: list[Control]
    words: str = ""

    def names(self, kind: str | None = None) -> list[str]:
        return list(dict.fromkeys(c.name for c in self.controls if kind is None or c.kind == kind))

    def data(self, values: dict[str, str | list[str]], press: str | None) -> MultiDict[str, str]:
        """What a browser would send: every successful control, with `values` typed or chosen over them."""
        unknown = set(values) - set(self.names())
        assert not unknown, f"the form has no field {sorted(unknown)}; it has {self.names()}"
        sent: MultiDict[str, str] = MultiDict()
        for control in self.controls:
            if control.kind == "submit" or control.name in values:
                continue
            if control.kind in ("checkbox", "radio") and not control.checked:
                continue
            sent.add(control.name, control.value)
        for name, value in values.items():
            for one in [value] if isinstance(value, str) else value:
                allowed = [c.value for c in self.controls if c.name == name and c.kind == "radio"]
                assert not allowed or one in allowed, f"{name} offers {allowed}, not {one!r}"
                sent.add(name, one)
        for button in (c for c in self.controls if c.kind == "submit" and c.name):
            if press is not None and press in button.label:
                sent.add(button.name, button.value)
                break
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._control: Control | None = None
        self._link: list[str] | None = None
        self._pending: list[tuple[str, Control]] = []
        self.tables: list[Table] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower(), [])
            self.forms.append(self._form)
            if "id" in has:
                self.by_id[has["id"]] = self._form
        elif tag == "a" and "href" in has:
            self._link = []
            self.links.append((has["href"], ""))
        elif tag in ("input", "textarea", "select", "button"):
            kind = {"textarea": "textarea", "select": "select", "button": has.get("type", "submit")}.get(
                tag, has.get("type", "text")
            )
            if "disabled" in has:
                return
            control = Control(has.get("name", ""), has.get("value", ""), kind, checked="checked" in has)
            control.label = has.get("aria-label", "")
            if kind in ("checkbox",) and "value" not in has:
                control.value = "on"
            if "form" in has:
                self._pending.append((has["form"], control))
            elif self._form is not None and (control.name or kind == "submit"):
                self._form.controls.append(control)
            if tag in ("textarea", "button", "select"):
                self._control = control
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._cell = []
        elif tag == "option" and self._control is not None:
            self._control.options.append((has.get("value", ""), ""))
            if "selected" in has or len(self._control.options) == 1:
                self._control.value = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            href, _ = self.links[-1]
            self.links[-1] = (href, " ".join("".join(self._link).split()))
            self._link = None
        elif tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None
        elif tag in ("textarea", "button", "select"):
            if self._control is not None and self._control.kind == "textarea" and self._control.value.startswith("\n"):
                self._control.value = self._control.value[1:]
            self._control = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._form is not None:
            self._form.words += data
        if self._link is not None:
            self._link.append(data)
        if self._cell is not None:
            self._cell.append(data)
        if self._control is not None:
            if self._control.kind == "textarea":
                self._control.value += data
            elif self._control.kind == "select" and self._control.options:
                value, words = self._control.options[-1]
                self._control.options[-1] = (value, " ".join(f"{words} {data}".split()))
            elif self._control.kind == "submit":
                self._control.label = " ".join(f"{self._control.label} {data}".split())

    def finish(self) -> None:
        for form_id, control in self._pending:
            if form_id in self.by_id and (control.name or control.kind == "submit"):
                self.by_id[form_id].controls.append(control)


class Visitor:
    """Keeps the page it is on. Every answer must be a page without a server error."""

    def __init__(self, client: FlaskClient, path: str = "/") -> None:
        self.client = client
        self.path = path
        self.status = 0
        self.page = ""
        self.text = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.tables: list[Table] = []
        self.seen: list[tuple[str, str]] = []
        """Every page this person ever got: its address and its source."""

    def open(self, path: str, *, expect: int = 200) -> "Visitor":
        response = self.client.get(path, follow_redirects=True)
        self._read(response.request.full_path.rstrip("?"), response.status_code, response.text)
        assert self.status == expect, f"GET {path}: {self.status}\n{self.text[:600]}"
        return self

    def follow(self, words: str, *, expect: int = 200) -> "Visitor":
        """Follow the first link whose words contain `words`."""
        for href, label in self.links:
            if words in label:
                return self.open(urljoin(self.path, href), expect=expect)
        raise AssertionError(f"no link {words!r} on {self.path}; there are {[label for _, label in self.links]}")

    def has_link(self, words: str) -> bool:
        return any(words in label for _, label in self.links)

    def form(self, words: str) -> Form:
        """The first form that has a button (or, failing that, any text) containing `words`."""
        for form in self.forms:
            if any(words in control.label for control in form.controls if control.kind == "submit"):
                return form
        for form in self.forms:
            if words in form.words:
                return form
        buttons = [c.label for form in self.forms for c in form.controls if c.kind == "submit"]
        raise AssertionError(f"no form {words!r} on {self.path}; its buttons are {buttons}\n{self.text[:800]}")

    def option(self, button: str, field: str, words: str) -> str:
        """The value of the first real choice in a pick list whose label contains `words`."""
        for control in self.form(button).controls:
            if control.name == field:
                for value, label in control.options:
                    if value.isdecimal() and words in label:
                        return value
        raise AssertionError(f"{field} offers no {words!r} on {self.path}")

    def send(self, words: str, values: dict[str, str | list[str]] | None = None, *, expect: int = 200) -> "Visitor":
        """Fill the form with the button `words` and press it."""
        return self.send_form(self.form(words), values or {}, press=words, expect=expect)

    def send_form(
        self, form: Form, values: dict[str, str | list[str]], *, press: str | None = None, expect: int = 200
    ) -> "Visitor":
        target = urljoin(self.path, form.action) if form.action else self.path
        parts = urlsplit(target)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        data = form.data(values, press)
        if form.method == "get":
            response = self.client.get(parts.path, query_string=data, follow_redirects=True)
        else:
            response = self.client.post(address, data=data, follow_redirects=True)
        self._read(response.request.full_path.rstrip("?"), response.status_code, response.text)
        assert self.status == expect, f"{form.method} {address}: {self.status}\n{self.text[:900]}"
        return self

    def _read(self, path: str, status: int, page: str) -> None:
        reader = _Reader()
        reader.feed(page)
        reader.finish()
        self.path, self.status, self.page = path, status, page
        self.forms, self.links, self.tables = reader.forms, reader.links, reader.tables
        self.seen.append((path, page))
        self.text = " ".join(" ".join(reader.words).split())
        assert status < 500, f"{path}: {status}\n{self.text[:600]}"
