"""What the model replies, checked word for word: a verdict that was asked for and a quotation that is there."""

import json
import re
from collections.abc import Sequence
from math import exp
from typing import Any

from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.semantic import Answer, Reading, Worthless
from monshin_factcheck.core.text.language import guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.llm.endpoint import Completion, Token
from monshin_factcheck.judges.llm.prompt import VERDICTS

# A verdict without token probabilities is worth this much, the rest is shared by the others; nobody calibrated it.
_WORD_OF_MOUTH = 0.8
_SHORTEST_QUOTE = 2
_CONTENT = re.compile(r"[A-Za-z]{3,}|[ァ-ヺー]{2,}|[0-9]+(?:\.[0-9]+)?|[一-鿿々]")
_KANJI_PAIR = re.compile(r"(?=([一-鿿々]{2}))")
_EDGES = " \t\r\n\u3000\"'「」『』“”…"


def answer_of(completion: Completion, reading: Reading, shown: str) -> Answer:
    """The answer in a reply. shown: the evidence as the model saw it, as long as the context.

    Raises Worthless if it is no JSON, has another verdict, or settles the claim with words that are not in the
    evidence or have nothing to do with the claim.
    """
    found = _object(completion.text)
    verdict, quote = found.get("verdict"), found.get("quote")
    if verdict not in VERDICTS:
        raise Worthless("the reply holds none of the verdicts that were asked for")
    odds = _odds(str(verdict), completion)
    if verdict == "NOT_ENOUGH_EVIDENCE":
        return Answer(odds, Span(reading.body, len(reading.context)))
    span = _place(quote if isinstance(quote, str) else "", shown, reading.body)
    if span is None:
        raise Worthless("the reply quotes what the evidence does not say")
    if not _is_related(reading.claim, span.of(shown)):
        raise Worthless("the reply quotes words that have nothing to do with the claim")
    return Answer(odds, span)


def _object(text: str) -> dict[str, Any]:
    """The first JSON object of the text: some models put words or a fence around it."""
    start = text.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):
        raise Worthless("the reply holds no JSON") from None
    if not isinstance(found, dict):
        raise Worthless("the reply is JSON, but no object")
    return found


def _place(quote: str, shown: str, body: int) -> Span | None:
    """Where the evidence says it, after NFKC on both sides, behind a title; None if nowhere."""
    wanted = normalise(quote.strip(_EDGES)).text
    if len(wanted) < _SHORTEST_QUOTE:
        return None
    evidence = normalise(shown)
    at = evidence.text.find(wanted)
    while at >= 0:
        span = evidence.to_original(Span(at, at + len(wanted)))
        if span.end > body:
            return span
        at = evidence.text.find(wanted, at + 1)
    return None


def _is_related(claim: str, quote: str) -> bool:
    """Whether they share a word of content; across languages nobody can tell by words, so that it counts as related."""
    ours, theirs = normalise(claim).text, normalise(quote).text
    if guess_language(ours) is not guess_language(theirs):
        return True
    return bool(_content(ours) & _content(theirs))


def _content(text: str) -> set[str]:
    words = {word.casefold() for word in _CONTENT.findall(text) if len(word) > 1 or word.isdigit()}
    return words | set(_KANJI_PAIR.findall(text))


def _odds(verdict: str, completion: Completion) -> Probabilities:
    shares = _shares(verdict, completion)
    return probabilities(*(shares[name] for name in VERDICTS))


def _shares(verdict: str, completion: Completion) -> dict[str, float]:
    token = _verdict_token(verdict, completion)
    if token is not None:
        shares = dict.fromkeys(VERDICTS, 1e-6)
        for text, logprob in token.rivals:
            begun = text.strip(" \"'")
            meant = [name for name in VERDICTS if begun and name.startswith(begun)]
            if len(meant) == 1 and logprob <= 0:
                shares[meant[0]] += exp(logprob)
        if max(shares, key=shares.__getitem__) == verdict:
            return shares
    others = (1 - _WORD_OF_MOUTH) / (len(VERDICTS) - 1)
    return {name: _WORD_OF_MOUTH if name == verdict else others for name in VERDICTS}


def _verdict_token(verdict: str, completion: Completion) -> Token | None:
    """The token that the verdict begins with; None if the tokens are not those of the text."""
    if "".join(token.text for token in completion.tokens) != completion.text:
        return None
    at = completion.text.find(verdict, completion.text.rfind('"verdict"'))
    return _token_at(completion.tokens, at) if at >= 0 else None


def _token_at(tokens: Sequence[Token], at: int) -> Token | None:
    end = 0
    for token in tokens:
        end += len(token.text)
        if at < end:
            return token
    return None
