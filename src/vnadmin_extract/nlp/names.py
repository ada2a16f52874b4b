"""Where the name of a unit or a post begins and ends (Decree 30/2020, Appendix II; names as printed).

Vietnamese writes no sign between words, and names of bodies hold commas, dashes and "và" themselves
("Sở Văn hóa, Thể thao và Du lịch"), so a name is read word by word from its head: fields, places, levels and
other words of names carry it on; verbs, function words and clause signs end it. Where no list knows the next
word, underthesea's part-of-speech tagger looks for the first verb.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from vnadmin_extract.nlp.lexicon import Lexicon, key, lexicon, load
from vnadmin_extract.nlp.words import EDGES, tokens_of

_AND: Final = frozenset({"và", "hoặc", "&", "cùng"})
_DASH: Final = frozenset("-–—")
_OPEN_QUOTE: Final = frozenset('“"«')
_CLOSE_QUOTE: Final = frozenset('”"»')
_ADDRESS: Final = regex.compile(r"^(?:[Cc]ác )?(?:đồng chí|[Ôô]ng,? (?:và )?[Bb]à|[Ôô]ng ?\([Bb]à\)) ?: ?")
_LONGEST: Final = 60  # tokens in one name
_TAGGER_CALLS: Final = 8  # for one text: keeps hostile texts cheap
_PLURAL: Final = "các"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, as token and character places (``end`` excluded)."""

    first: int
    last: int
    start: int
    end: int
    text: str

    @property
    def printed(self) -> str:
        """The name for the record: one line, first letter a capital."""
        text = " ".join(self.text.replace("|", " ").split()).strip(" ;,.:-–")
        text = _ADDRESS.sub("", text)
        return text[:1].upper() + text[1:]


class NameReader:
    """Reads names from one tokenised text.

    Args:
        text: the text.
        words: its tokens, blanks left out.
        starts: the offset of each token.
        lexicon: the lists.
    """

    def __init__(self, text: str, words: list[str], starts: list[int], lexicon: Lexicon) -> None:
        self.text = text
        self.words = words
        self.size = len(words)
        self.starts = starts
        self.lexicon = lexicon
        self.keys = [key(w) for w in words]
        self.caps = [w[0].isupper() for w in words]
        self.hits = lexicon.hits(words)
        self._flags = lexicon.flags
        self._code = _unit_code()
        self._memo: dict[int, int] = {}
        self._calls = _TAGGER_CALLS
        self._one_person = False
        self._all: list[Name] | None = None

    def __len__(self) -> int:
        return len(self.words)

    # -- small questions -------------------------------------------------------------------------------------

    def hit(self, i: int, category: str) -> int:
        """End of the longest phrase of a category at token ``i``, 0 for none."""
        return self.hits[i].get(category, 0) if i < self.size else 0

    def end_of(self, i: int) -> int:
        """Offset after token ``i``."""
        return self.starts[i] + len(self.words[i])

    def token_at(self, offset: int) -> int:
        """The first token that starts at or after an offset."""
        from bisect import bisect_left

        return bisect_left(self.starts, offset)

    def flagged(self, i: int, end: int, flag: str) -> bool:
        """Whether the phrase ``[i, end)`` stands in a flag list of the data."""
        return tuple(self.keys[i:end]) in self._flags[flag]

    def is_word(self, i: int) -> bool:
        """Whether token ``i`` is a word or number."""
        return i < len(self.words) and self.words[i][0].isalnum()

    def _coded(self, i: int) -> bool:
        """Whether token ``i`` is the number of a police department."""
        word = self.words[i]
        return word[-1].isdigit() and self.caps[i] and self._code.fullmatch(word) is not None

    # -- heads -----------------------------------------------------------------------------------------------

    def _bare(self, i: int) -> int:
        """End of a common noun for units at ``i`` that takes no name of its own ("sở" in "các sở, ban")."""
        if i >= len(self.words):
            return 0
        best = max(self.hit(i, "generic"), self.hit(i, "place"))
        organisation = self.hit(i, "organisation")
        if organisation > best and not self.caps[i]:
            best = organisation
        if not best or self.hit(i, "not_head") > best or self.hit(i, "post") > best:
            return 0
        if best == i + 1 and self._names_on(best):
            return 0
        return best

    def _bare_closed(self, i: int) -> bool:
        """Whether a bare common noun that ends at ``i`` is complete there, or goes on with words of names."""
        if i >= len(self.words) or not self.is_word(i) or self.caps[i]:
            return True
        hits = self.hits[i]
        return (
            any(c in hits for c in ("tail", "place", "verb", "stop", "quantifier", "generic"))
            or self.keys[i] in _AND
        )

    def _names_on(self, i: int) -> bool:
        """Whether the words at ``i`` name a body after its head: a field, or a capital that is no head."""
        if i >= len(self.words) or not self.is_word(i):
            return False
        if self.hit(i, "field") and self.caps[i]:
            return True
        return self.caps[i] and not self.hit(i, "always") and not self.hit(i, "place")

    def _head(self, i: int, after_quantifier: bool) -> tuple[int, str]:
        """End and kind of the head at ``i``: post, organisation, generic; ``(0, "")`` for none."""
        if i >= len(self.words):
            return 0, ""
        post = self.hit(i, "post")
        organisation = self.hit(i, "organisation")
        generic = self.hit(i, "generic")
        longest = max(post, organisation, generic)
        if not longest and self._coded(i):
            return i + 1, "cap"
        if not longest or self.hit(i, "not_head") >= longest:
            return 0, ""
        if post == longest:
            if self.keys[post - 1] == _PLURAL:
                post -= 1
            return post, "post"
        if organisation >= generic:
            single = organisation == i + 1
            if single and len(self.words[i]) > 1 and self.words[i].isupper() and not generic:
                return organisation, "organisation"
            if not self.caps[i] and self.flagged(i, organisation, "capital") and not after_quantifier:
                return 0, ""
            if not single:
                return organisation, "organisation"
            named = self._names_on(organisation)
            if named and (self.caps[i] or self.hit(organisation, "field") or after_quantifier):
                return organisation, "organisation"
            if self.caps[i] or after_quantifier:
                field = self.hit(organisation, "field")
                if field and not self.hit(organisation, "verb") >= field:
                    return organisation, "organisation"
                return (organisation, "generic") if generic else (organisation, "organisation")
            if self.hit(organisation, "field") and not self.hit(organisation, "verb"):
                return organisation, "organisation"
            if generic and self._listed(organisation):
                return generic, "generic"
            return 0, ""
        if after_quantifier or self._listed(generic):
            return generic, "generic"
        if self.flagged(i, generic, "verbal"):
            following = self.hit(generic, "tail")
            return (generic, "generic") if following > generic + 1 else (0, "")
        if self.caps[i] or not self.flagged(i, generic, "weak"):
            return generic, "generic"
        return 0, ""

    def _listed(self, i: int) -> bool:
        """Whether a list of common nouns goes on at ``i``: ", ban" in "sở, ban, ngành"."""
        return i < len(self.words) and self.keys[i] == "," and bool(self._bare(i + 1))

    # -- one name --------------------------------------------------------------------------------------------

    def name(self, i: int, stop: int | None = None) -> int:
        """End of the name that begins at token ``i``; ``i`` itself where none begins.

        Args:
            i: token.
            stop: a token that the name must not go beyond (the end of a table cell); there no verb ends it.
        """
        if stop is None and i in self._memo:
            return self._memo[i]
        end = self._read(i, stop)
        if stop is None:
            self._memo[i] = end
        return end

    def _read(self, i: int, stop: int | None) -> int:
        n = min(len(self.words), i + _LONGEST, stop if stop is not None else len(self.words))
        j = i
        quantified = False
        person = False
        if end := self.hit(j, "quantifier"):
            person = end > j + 1 and bool(self.hit(j + 1, "person"))
            j, quantified = end, True
        while end := self.hit(j, "person"):  # "Đ/c Thiếu tá A"
            j, person = end, True
            if j < n and self.keys[j] in {":", "."}:  # "ThS. A"
                j += 1
        if j >= n:
            return i
        end, kind = self._head(j, quantified or person)
        if not end and self.keys[i] == _PLURAL and person and not self.caps[j] and j > i + 1:
            return j  # "các đồng chí"
        if not end:
            place = self.hit(j, "place")
            if quantified and place:
                end, kind = place, "place"
            elif person and self.caps[j]:
                end, kind = j, "cap"
            elif (
                not quantified
                and self.flagged(j, place, "naming")
                and place < n
                and self.caps[place]
                and self.is_word(place)
            ):
                end, kind = place, "place"  # "Thành phố Hồ Chí Minh", "tỉnh Điện Biên"
            else:
                return i
        self._one_person = person and not quantified
        body = self._body(i, j, end, kind, quantified, n, bounded=stop is not None)
        return body if body > i else i

    def _body(self, i: int, head: int, j: int, kind: str, quantified: bool, n: int, *, bounded: bool) -> int:
        """Carry a name on from the end of its head. Returns the end of the name."""
        words, keys, caps = self.words, self.keys, self.caps
        last = kind
        run = kind in {"generic", "place"}  # a run of common nouns: "các sở, ban, ngành"
        plural = quantified
        governed = kind == "post"
        governing = governed and self.flagged(head, j, "governing")
        elliptic = False
        single_head = kind == "organisation" and j == head + 1
        placed = False  # places by name under one plural head: "UBND các huyện A, B và thành phố C"
        while j < n:
            word = keys[j]
            if word == "&" and j + 1 < n and caps[j + 1]:
                j, last = j + 1, "cap"
                continue
            together = word == "cùng" and self.hit(j, "tail")  # "Ủy ban nhân dân cùng cấp"
            if together:
                j, last = together, "tail"
                continue
            if word in {",", ";"} or word in _AND or word == "/":
                charge = self._charge(j + 1, n) if word == "," and kind in {"post", "cap"} else 0
                if charge:
                    j, last, run = charge, "cap", False
                    continue
                if self._one_person and kind == "post" and word == "," and self.hit(j + 1, "post"):
                    j, last = self.hit(j + 1, "post"), "post"  # two posts of one person
                    continue
                if kind == "cap":  # a person's name
                    break
                if placed and last in {"cap", "place"} and (more := self._more_places(j, n)):
                    j, last = more, "cap"
                    continue
                follow = self._join(j, last, run, elliptic, governing and plural, governed or plural, n)
                if follow:
                    j, last, run = follow
                    continue
                break
            if word in _DASH:
                k = j + 1
                glued = k < n and self.starts[j] == self.end_of(j - 1) and self.starts[k] == self.end_of(j)
                if glued or (
                    k < n
                    and (caps[k] or self.hit(k, "field"))
                    and self.is_word(k)
                    and not (self._head(k, False)[0] and not self.hit(k, "field"))
                ):
                    j, last = self._capital(k, inner=True, verbs=False) if caps[k] else k + 1, "cap"
                    continue
                larger = self._larger(head, j, k) if kind == "organisation" else 0
                if larger or (
                    self._one_person and kind == "post" and caps[j - 1 : j] and self.hit(k, "post")
                ):
                    j, last = larger or self.hit(k, "post"), "organisation" if larger else "post"
                    continue
                break
            if word == ":":
                if (
                    (plural or run)
                    and last in {"generic", "place", "organisation"}
                    and j + 1 < n
                    and ((caps[j + 1] or words[j + 1].isdigit()) and not self._ends_list(j + 1))
                ):
                    elliptic, j, run = True, j + 1, False
                    field = self.hit(j, "field")
                    j, last = (field or j + 1), "cap"
                    continue
                break
            if word == "(":
                close = self._bracket(j, n)
                if close:
                    j = close
                    continue
                break
            if words[j] in _OPEN_QUOTE:
                close = self._quote(j, n)
                if close and last in {"organisation", "cap", "field"} and kind == "organisation":
                    j, last = close, "cap"
                    continue
                break
            if not self.is_word(j):
                break
            field = self.hit(j, "field")
            if (
                field
                and last in {"organisation", "generic", "post"}
                and not (
                    last in {"generic", "post"} and not caps[j] and field <= max(self.hit(j, "verb"), j + 1)
                )
            ):
                verb = self.hit(j, "verb")
                if (
                    caps[j]
                    or (single_head and verb < field)
                    or verb < field
                    or (last == "organisation" and not verb)
                ):
                    j, last, run = min(field, n), "field", False
                    continue
            inner = self.hit(j, "inner")
            if inner and kind == "organisation" and last in {"cap", "field", "organisation"} and not caps[j]:
                verb = self.hit(j, "verb")
                if verb < inner and not self.hit(j, "always"):
                    j, last = min(inner, n), "field"
                    continue
            if (run or plural) and (clause := self._relative(j, n)):
                j, last = clause, "tail"
                continue
            if word == "nơi" and kind in {"organisation", "post"} and (clause := self._where(j, n)):
                j, last = clause, "tail"
                continue
            if self.hit(j, "always"):
                break
            if charge := self._charge(j, n) if governed or kind == "generic" else 0:
                j, last, run = charge, "cap", False
                continue
            if end := self.hit(j, "quantifier"):
                if self.keys[j] != _PLURAL:
                    break  # "UBND các huyện mỗi đơn vị cử …"
                places = self.hit(end, "place") if end < n else 0
                if (
                    places
                    and last != "tail"
                    and self.flagged(end, places, "naming")
                    and self._names_on(places)
                ):
                    j, last, plural, run, placed = places, "place", True, False, True
                    continue
                inner = end < n and (self._bare(end) or self._head(end, True)[0])
                if inner and last != "tail" and not (run and last == "generic" and not governed):
                    place = self.hit(end, "place")
                    inner_end, inner_kind = self._head(end, True)
                    j = max(place, inner_end) or inner
                    last = "place" if place >= inner_end else inner_kind
                    plural, run = True, last in {"place", "generic"}
                    continue
                break
            body = max(self.hit(j, "organisation"), self.hit(j, "generic"))
            place = self.hit(j, "place") if self.hit(j, "place") >= body else 0
            tail = self.hit(j, "tail") if self.hit(j, "tail") >= body else 0
            verb = 0 if caps[j] else self.hit(j, "verb")
            if tail and tail >= verb and tail >= place:
                if not self._tail_holds(j, tail, n):
                    break
                j, last = tail, "tail"
                run = run and not governed
                continue
            if place and place >= verb:
                j, last = place, "place"
                continue
            linking = self._linking(j)
            if linking and linking < n and self._linked(linking) and not caps[j]:
                j, last = linking, "tail"
                continue
            if (
                word == "trong"
                and (last != "tail" or keys[j - 1] == "khác")
                and (self._head(j + 1, False)[0] or self.hit(j + 1, "place"))
            ):
                j, last = j + 1, "tail"  # "các đơn vị trong khối thi đua"
                continue
            if verb >= max(body, 1) and not caps[j] and not (field > verb and last in {"cap", "field"}):
                break
            head_end, head_kind = self._head(j, False)
            if head_end:
                if head_kind == "organisation" or (head_kind == "post" and last == "tail"):
                    if last == "generic" and run and not governed and not caps[j]:
                        break
                    j, last = head_end, "organisation"
                    single_head = head_end == j + 1
                    run = False
                    continue
                if head_kind == "generic" and last in {"post", "tail", "organisation", "generic"}:
                    j, last = head_end, "generic"
                    run = True
                    continue
                if head_kind == "post" and last in {"post", "generic", "cap"}:
                    j, last, governed = head_end, "post", True
                    continue
                break
            if word == "năm" and kind == "organisation" and j + 1 < n and words[j + 1].isdigit():
                j, last = j + 2, "cap"  # "Ban Tổ chức Hội thi năm 2017"
                continue
            if self.hit(j, "stop") and not caps[j]:
                break
            if caps[j]:
                if self.hit(j, "verb") and last in {"tail", "place", "generic"} and not self.hit(j, "field"):
                    break
                j, last, run = min(self._capital(j, inner=kind == "organisation"), n), "cap", False
                continue
            if words[j].isdigit() and (
                last in {"cap", "place", "field"}
                or (last == "tail" and kind == "post" and j + 1 < n and self.hit(j + 1, "verb"))
            ):
                j, last = j + 1, "cap"
                continue
            if field and last in {"cap", "field"} and field > j + 1:
                j, last = field, "field"
                continue
            if bounded:
                j, last = j + 1, "cap"
                continue
            unknown = self._unknown(i, j, n, last)
            if unknown > j:
                j, last = unknown, "cap"
                continue
            break
        return self._trim(i, head, j)

    def _charge(self, j: int, n: int) -> int:
        """End of "phụ trách lĩnh vực …" at ``j``: what a post is in charge of belongs to its name."""
        if j >= n or (
            not (self.keys[j] == "phụ" and self.hit(j, "tail")) and self.keys[j - 1 : j] != ["trách"]
        ):
            return 0
        if self.keys[j - 1 : j] == ["trách"] and self.keys[j : j + 1] != ["lĩnh"]:
            return 0
        if self.keys[j + 2 : j + 3] and self.keys[j + 2] in {"chung", "các", "toàn", "trực"}:
            return 0  # "Hiệu trưởng phụ trách chung": what somebody does
        k = j
        while k < n and (self.is_word(k) or self.keys[k] in {",", "-", "–"}) and k < j + 20:
            if self.hit(k, "always") or (self.keys[k] == "," and not self.caps[min(k + 1, n - 1)]):
                break
            k += 1
        clause_ends = k >= n or (self.keys[k] in {":", ".", ";", ","} or self.words[k] == "\n")
        if clause_ends:
            return k
        k = j + 1
        while k < n and self.is_word(k) and not (self.hit(k, "verb") and k > j + 3):
            k += 1
        return k

    def _larger(self, head: int, j: int, k: int) -> int:
        """End of the head at ``k`` where it is the body that the one before the dash at ``j`` belongs to."""
        if k >= len(self.words) or not self.caps[k]:
            return 0
        end, kind = self._head(k, False)
        first = next((e for e in (head + 3, head + 2, head + 1) if self.flagged(head, e, "within")), 0)
        if kind != "organisation" or not first or self.starts[j] == self.end_of(j - 1):
            return 0
        return end if self.flagged(k, end, "around") else 0

    def _where(self, j: int, n: int) -> int:
        """End of the clause "nơi …" at ``j``: "Chi cục Hải quan nơi lưu giữ hàng hóa". 0 where none is seen."""
        base = j + 2 if self.hit(j + 1, "stop") else j + 1  # "nơi đang lưu giữ"
        k = max(base + 2, self.hit(base, "verb"))
        if k > n or not all(self.is_word(i) for i in range(base, k)):
            return 0
        while k < n and self.is_word(k) and k < base + 8:
            goes = self.hit(k, "verb") or self.hit(k, "stop")
            if self.hit(k, "always") or self.hit(k, "obligation") or (goes and not self.caps[k]):
                break
            k += 1
        if k + 1 < n and self.keys[k] in {"đi", "đến"} and not self.is_word(k + 1):
            k += 1  # "nơi vận chuyển đến:"
        return k

    def _relative(self, j: int, n: int) -> int:
        """End of a clause at ``j`` that tells which of a group are meant: "có tên trong danh sách". 0 for none."""
        k = self.hit(j, "relative")
        if not k:
            return 0
        first = k
        while k < n and self.is_word(k) and k < first + 10:
            if k > first and (self.hit(k, "always") or self.hit(k, "obligation")):
                break
            if (
                k > first
                and not self.caps[k]
                and (self.hit(k, "verb") or (self.hit(k, "stop") and not self.hit(k, "inside_relative")))
            ):
                break
            k += 1
        return k

    def _ends_list(self, j: int) -> bool:
        """Whether no list of names begins after a colon: "các Sở: Thực hiện …", "các hội: Thành phần gồm …"."""
        if self.hit(j, "field"):
            return False
        return any(self.hit(j, category) for category in ("verb", "nominal", "line_other", "matter", "paper"))

    def _tail_holds(self, j: int, tail: int, n: int) -> bool:
        """Whether a tail that needs a unit or place after it has one."""
        if not self.flagged(j, tail, "linking"):
            return True
        return (tail < n and self._linked(tail)) or (self.keys[tail - 1] == "thuộc" and self._closed(tail))

    def _linking(self, j: int) -> int:
        for length in (4, 3, 2, 1):
            if self.flagged(j, j + length, "linking"):
                return j + length
        return 0

    def _linked(self, i: int) -> bool:
        """Whether a place, a unit or a capital stands at ``i``."""
        if i >= len(self.words):
            return False
        if self.hit(i, "verb") and not self.caps[i]:
            return False
        quantifier = self.hit(i, "quantifier")
        if quantifier:
            i = quantifier
        if i >= len(self.words):
            return False
        return bool(
            self.hit(i, "place")
            or self.caps[i]
            or self._head(i, bool(quantifier))[0]
            or self.keys[i] == "tỉnh"
        )

    def _closed(self, i: int) -> bool:
        """Whether a clause ends or a verb begins at ``i``."""
        return i >= len(self.words) or not self.is_word(i) or bool(self.hit(i, "verb"))

    def _bracket(self, j: int, n: int) -> int:
        """End of a bracket that belongs to a name: another body's name, or an abbreviation inside a name."""
        for k in range(j + 1, min(n, j + 16)):
            if self.words[k] == ")":
                inside = self.keys[j + 1 : k]
                if not inside or inside[0] in {
                    "qua",
                    "sau",
                    "thông",
                    "gọi",
                    "để",
                    "có",
                    "nếu",
                    "kèm",
                    "theo",
                }:
                    return 0
                following = k + 1 < n and self.is_word(k + 1)
                if len(inside) == 1 and self._code.fullmatch(self.words[j + 1]):
                    return k + 1  # "Phòng Tham mưu (PV11)"
                if self.hit(j + 1, "also") and not any(w.isdigit() for w in inside):
                    return k + 1  # "Ty Thủy lợi (nay là Sở Thủy lợi)"
                if self._one_person and len(inside) < 4 and not any(w.isdigit() for w in inside):
                    return k + 1  # "Đ/c Hoài (PCT)"
                short = all(w.isupper() or not w[0].isalpha() for w in self.words[j + 1 : k])
                if short and following and (self.caps[k + 1] or self.hit(k + 1, "quantifier")):
                    return k + 1
                first = self.hit(j + 1, "organisation")
                if first and "cơ quan" not in " ".join(inside) and not self.hit(j + 1, "not_head"):
                    return k + 1
                return 0
            if self.words[k] in "(;:":
                return 0
        return 0

    def _quote(self, j: int, n: int) -> int:
        for k in range(j + 1, min(n, j + 40)):
            if self.words[k] in _CLOSE_QUOTE:
                return k + 1
        return 0

    def _join(
        self, j: int, last: str, run: bool, elliptic: bool, governing: bool, governed: bool, n: int
    ) -> tuple[int, str, bool] | None:
        """Whether the name goes on after the separator at ``j``: the place after the joined piece, its kind, run."""
        k = j + 1
        comma = self.keys[j] in {",", ";", "/"}
        if comma and k < n and self.keys[k] in _AND:
            k += 1
        if k >= n:
            return None
        if self.keys[j] == ";" and not (run or elliptic):
            return None
        if elliptic:
            field = self.hit(k, "field")
            if self.caps[k] and field:
                return field, "cap", False
            if self.caps[k] and not self._head(k, False)[0]:
                return k + 1, "cap", False
            return None
        if quantifier := self.hit(k, "quantifier"):
            bare = self._bare(quantifier)
            if governing and bare and self.keys[quantifier] not in {"tổ", "cá", "hộ"} and self.keys[j] == ",":
                return bare, "generic", True
            return None
        if self.keys[j] == ";":
            return None
        if last in {"generic", "place", "organisation", "tail"} and (run or (governed and last != "tail")):
            bare = self._bare(k)
            if (
                bare
                and self._bare_closed(bare)
                and (run or self.hit(k, "place") == bare or governed)
                and not (last == "place" and not self.hit(k, "place") and not run)
                and not (last == "tail" and self.hit(k, "place") == bare)
                and not (self.caps[k] and last == "place" and not self.hit(k, "place"))
            ):
                return bare, "place" if self.hit(k, "place") == bare else "generic", True
        if last == "tail" and comma and any(self.flagged(k, e, "paired") for e in (k + 1, k + 2, k + 3)):
            tail = self.hit(k, "tail")
            if self.hit(k, "verb") < tail and self.hit(j - 2, "tail") == j:
                return tail, "tail", run
        if last in {"cap", "field", "organisation"}:
            if self.caps[k] and self.is_word(k) and not self._begins(k):
                return self._capital(k, inner=True, verbs=False), "cap", False
            if self.keys[j] in _AND and (field := self.hit(k, "field")) and not self.hit(k, "verb"):
                return field, "field", False
        if last == "place" and (place := self.hit(k, "place")) and not self.caps[k]:
            return place, "place", run
        return None

    def _more_places(self, j: int, n: int) -> int:
        """End of the next place of a list by name, after the separator at ``j``: ", B", "và thành phố C"."""
        k = self.separator(j)
        if k == j or k >= n or self.keys[j] == ";":
            return 0
        place = self.hit(k, "place")
        if place and self.flagged(k, place, "naming"):
            k = place
        elif self._begins(k) and (self.hit(k, "organisation") or not self._names_on(self.hit(k, "generic"))):
            return 0  # "Bản Lũng" is a place though "bản" is a common noun
        if k >= n or not self.is_word(k) or not self.caps[k] or self.hit(k, "always"):
            return 0
        if k != place and self.hit(k, "verb") > k + 1:  # "…, Tổ chức …" is no place
            return 0
        return k + 1

    def _capital(self, j: int, *, inner: bool, verbs: bool = True) -> int:
        """End of the word that the capital at ``j`` begins, where a list knows it: "Trẻ em", "Xét công nhận"."""
        size = len(self.words)
        ends = [self.hit(j, "field"), self.hit(j, "not_head") if verbs else 0, j + 1]
        if verbs:
            act = self.hit(j, "verb")
            if act and act + 1 < size and (next_act := self.hit(act, "verb")) and self.caps[next_act % size]:
                act = next_act  # "Hội đồng Xét công nhận Sáng kiến"
            ends.append(act)
        if inner and (end := self.hit(j, "inner")):
            further = self.hit(end, "inner")  # "Thi đấu thể dục thể thao"
            ends.append(further if further and not self.hit(end, "verb") and not self.caps[end] else end)
        return max(ends)

    def _begins(self, k: int) -> bool:
        """Whether a new name begins at ``k`` (a head, or a place with its name)."""
        if self._head(k, False)[0]:
            return True
        place = self.hit(k, "place")
        return (bool(place) and place < len(self.words) and self.caps[place]) or bool(self.hit(k, "person"))

    def _trim(self, i: int, head: int, j: int) -> int:
        while j > i and (
            (not self.is_word(j - 1) and self.words[j - 1] not in ')”"»') or self.keys[j - 1] in _AND
        ):
            j -= 1
        return j if j > head or j > i else i

    def _unknown(self, i: int, j: int, n: int, last: str) -> int:
        """Ask underthesea where a name ends whose next word no list knows. Returns the end of the known part."""
        if self._calls <= 0 or last in {"tail"}:
            return j
        limit = j
        while limit < n and limit < j + 12 and (self.is_word(limit) or self.keys[limit] in _DASH):
            if (
                limit > j
                and limit - j <= 4
                and (self.hit(limit, "tail") > self.hit(limit, "verb") or self.hit(limit, "place"))
            ):
                return limit
            if limit > j and (
                (self.hit(limit, "verb") and not self.caps[limit]) or self.hit(limit, "always")
            ):
                return limit if limit - j == 1 else self._tagged(i, j, limit)
            if limit > j and self.hit(limit, "stop") and not self.caps[limit]:
                return self._tagged(i, j, limit)
            limit += 1
        return self._tagged(i, j, limit)

    def _tagged(self, i: int, j: int, limit: int) -> int:
        self._calls -= 1
        segment = self.text[self.starts[i] : self.end_of(limit - 1)]
        verb = first_verb(segment, self.starts[j] - self.starts[i])
        if verb is None:
            return limit if limit - j <= 4 else j
        return max(j, self.token_at(self.starts[i] + verb))

    # -- lists -----------------------------------------------------------------------------------------------

    def span(self, first: int, last: int) -> Name:
        """Tokens ``[first, last)`` as a name."""
        start, end = self.starts[first], self.end_of(last - 1)
        return Name(first, last, start, end, self.text[start:end])

    def separator(self, i: int) -> int:
        """End of a separator of a list of names at ``i`` (",", ";", "và", ", và"), ``i`` for none."""
        j = i
        if j < len(self.words) and self.keys[j] in {",", ";"}:
            j += 1
        if j < len(self.words) and self.keys[j] in _AND and self.keys[j] != "cùng":
            j += 1  # who stands behind "cùng" works along
        return j

    def names(self, i: int, stop: int | None = None) -> tuple[list[Name], int]:
        """The names side by side from token ``i`` ("Sở A, Sở B và UBND các huyện" is three), and their end."""
        found: list[Name] = []
        j = last = i
        while (end := self.name(j, stop)) > j:
            found.append(self.span(j, end))
            last = self._with_post(j, end, stop)
            j = self.separator(last)
            if j == last:
                break
        return found, last

    def _with_post(self, i: int, end: int, stop: int | None) -> int:
        """End of a person's name with the posts that stand beside it: "Đồng chí A, Phó Chủ tịch UBND huyện"."""
        person = self.hit(i, "person")
        if not person or person >= end or self.hit(person, "post") or not self.caps[person]:
            return end
        while end + 1 < len(self.words) and self.keys[end] in {",", "-", "–"} and self.hit(end + 1, "post"):
            following = self.name(end + 1, stop)
            if following == end + 1:
                break
            end = following
        return end

    def all_names(self) -> list[Name]:
        """All names in the text, left to right, not overlapping."""
        if self._all is not None:
            return self._all
        found: list[Name] = []
        i = 0
        while i < len(self.words):
            hits = self.hits[i]
            named = hits and (
                "organisation" in hits
                or "post" in hits
                or "generic" in hits
                or "quantifier" in hits
                or "person" in hits
                or "place" in hits
            )
            if named or self._coded(i):
                end = self.name(i)
                if end > i:
                    found.append(self.span(i, end))
                    i = end
                    continue
            i += 1
        self._all = found
        return found

    def split(self, first: int, last: int) -> list[Name]:
        """Cut the tokens ``[first, last)``, known to hold nothing but names, into names.

        For table cells, lines like "Đơn vị phối hợp: …" and the leads of an implementing article, where the
        bounds are sure: a piece that no list knows is a name too.
        """
        found: list[Name] = []
        i = first
        while i < last:
            if not self.is_word(i) and self.words[i] not in _OPEN_QUOTE:
                i += 1
                continue
            if self.keys[i] in _AND:
                i += 1
                continue
            end = min(self.name(i, last), last)
            if end <= i:
                end = i + 1
            while end < last and self.separator(end) == end and self.words[end] != "\n":
                end += 1
            while end < last and self._inside(end, last):
                end = self.separator(end)
                while end < last and self.separator(end) == end and self.words[end] != "\n":
                    end += 1
            found.append(self.span(i, end))
            i = end
        return [name for name in found if name.printed]

    def _inside(self, j: int, last: int) -> bool:
        """In bounded text: whether the separator at ``j`` stands inside a name, not between two."""
        if self.keys[j] == ";" or self.words[j] == "\n":
            return False
        k = self.separator(j)
        if k >= last or k == j:
            return False
        if self.keys[j] in _AND:
            return not (self.hit(k, "quantifier") or self._begins(k))
        return False


@lru_cache(maxsize=1)
def _unit_code() -> regex.Pattern[str]:
    """Numbers by which the police name their departments: "PC47", "PV01"."""
    return regex.compile(load("unit_heads.toml")["code"]["pattern"])


@lru_cache(maxsize=4096)
def first_verb(text: str, start: int) -> int | None:
    """Offset of the first verb or function word at or after ``start``, after underthesea's tagger; None for none."""
    from underthesea import pos_tag

    place = 0
    for word, tag in pos_tag(text):
        at = text.find(word, place)
        if at < 0:
            # The tagger joins syllables with one blank whatever stood between.
            at = text.find(word.split(" ")[0], place)
            if at < 0:
                continue
        place = at + 1
        if at < start < at + len(word):
            continue  # a word of the name goes on over the place
        if at >= start and tag[:1] in {"V", "E", "C", "R"}:
            return at
    return None


def read(text: str) -> NameReader:
    """Read a text: its tokens, the words of the lists, and the names in it."""
    words: list[str] = []
    starts: list[int] = []
    for token, start in tokens_of(text):
        if token not in EDGES:
            words.append(token)
            starts.append(start)
    return NameReader(text, words, starts, lexicon())
