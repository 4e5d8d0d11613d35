"""What a person has put in, refused in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from backlit.errors import BacklitError
from backlit.web.messages import ENGLISH, MESSAGES


class RefusalError(BacklitError):
    """One line for a person, in each language of the page.

    Parameters
    ----------
    message : str
        The name of a message in `MESSAGES`.
    **values : str or mapping
        What its places are filled with; a mapping gives a text for each language.

    Examples
    --------
    >>> refusal = RefusalError("needs_number", name={"en": "rate", "ko": "학습률"}, low="0", high="1")
    >>> str(refusal), refusal.in_language("ko")
    ('rate needs a number from 0 to 1', '학습률: 0부터 1까지의 수가 필요합니다')
    """

    def __init__(self, message: str, **values: str | Mapping[str, str]) -> None:
        self._message, self._values = message, values
        super().__init__(self.in_language(ENGLISH))

    def in_language(self, lang: str) -> str:
        """The line in one language."""
        filled = {name: text if isinstance(text, str) else text[lang] for name, text in self._values.items()}
        return MESSAGES[lang][self._message].format(**filled)
