"""Kill a run again and again, and see that nothing is lost: ``python scripts/chaos.py --documents 300 --kills 5``.

Makes a folder of documents that all differ (numbers, days, names of units), some of them copies or unreadable, reads
it once undisturbed, and once with kill -9 of all its processes at random moments, in the exports too. Then the
catalogue's dump, the exports and the summary of both must be the same, byte for byte, and no process may be left.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from vnadmin_extract.catalogue.store import Catalogue

UNITS = ("Nội vụ", "Tài chính", "Y tế", "Giáo dục và Đào tạo", "Tư pháp", "Xây dựng")
PLACES = ("Sơn Trà", "Bình Minh", "Hòa Phú", "Tân Lập", "An Khê")
LETTER = """ỦY BAN NHÂN DÂN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
HUYỆN {place_upper}                      Độc lập - Tự do - Hạnh phúc

Số: {number}/UBND-NV                {place}, ngày {day:02} tháng {month:02} năm {year}
V/v báo cáo công tác năm {year}

Kính gửi: Phòng {unit}.

Thực hiện Kế hoạch số {plan}/KH-UBND ngày 05 tháng 01 năm {year} của Ủy ban nhân dân tỉnh,
Ủy ban nhân dân huyện yêu cầu:

1. Phòng {unit} chủ trì, phối hợp với Phòng {other} rà soát {task} hồ sơ, báo cáo trước ngày
{due:02}/{month:02}/{year}.

2. Phòng {other} tổng hợp kết quả, gửi về Ủy ban nhân dân huyện trước ngày 15 hằng tháng.

Nơi nhận:                                           KT. CHỦ TỊCH
- Như trên;                                         PHÓ CHỦ TỊCH
- Lưu: VT.

                                                   Nguyễn Văn Mẫu
"""


def make_documents(folder: Path, count: int, seed: int) -> None:
    """Text files, in sub-folders of a hundred; one in 20 is a copy, one in 50 cannot be read."""
    chance = random.Random(seed)
    for number in range(count):
        path = folder / f"{number // 100:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = chance.random()
        if kind < 0.02:
            path.write_bytes(b"%PDF-1.7 broken " + str(number).encode())
        elif kind < 0.07 and number > 100:
            other = chance.randrange(number)
            path.write_bytes((folder / f"{other // 100:03}" / f"{other:05}.txt").read_bytes())
        else:
            path.write_text(letter(chance, number), encoding="utf-8")


def letter(chance: random.Random, number: int) -> str:
    """The text of one invented letter."""
    place, unit, other = chance.choice(PLACES), *chance.sample(UNITS, 2)
    return LETTER.format(
        place=place,
        place_upper=place.upper(),
        number=number + 1,
        unit=unit,
        other=other,
        plan=chance.randint(1, 400),
        task=chance.randint(2, 900),
        day=chance.randint(1, 14),
        due=chance.randint(15, 28),
        month=chance.randint(1, 12),
        year=chance.randint(2018, 2025),
    )


def command(folder: Path, out: Path, jobs: int) -> list[str]:
    limits = ["--timeout", "300"]
    return [
        sys.executable,
        "-m",
        "vnadmin_extract",
        "run",
        str(folder),
        "-o",
        str(out),
        "-j",
        str(jobs),
        *limits,
    ]


def start(folder: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    with (out.parent / f"{out.name}.log").open("ab") as log:
        return subprocess.Popen(
            command(folder, out, jobs), stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
        )


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The run and its workers; they have sessions of their own, so a process group does not hold them all."""
    try:
        run = psutil.Process(process.pid)
        return [run, *run.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(process: subprocess.Popen[bytes], *, workers: bool) -> list[psutil.Process]:
    """Kill the run; with its workers at the same moment, or leaving them to find out. Gives all its processes."""
    members = family(process)
    for member in members if workers else members[:1]:
        try:
            member.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            pass
    process.wait()
    return members


def stored(out: Path) -> int:
    """Files that the catalogue holds."""
    if not (out / "catalogue.sqlite").exists():
        return 0
    try:
        with Catalogue.open(out / "catalogue.sqlite", create=False) as catalogue:
            return sum(catalogue.statuses().values())
    except Exception:  # killed before its tables were there
        return 0


def ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a run comes to its end by itself in so many seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def wait_for_all(process: subprocess.Popen[bytes], out: Path, documents: int) -> bool:
    """Wait until everything is stored; whether the run has ended before that was seen."""
    while stored(out) < documents:
        if ends_within(process, 0.2):
            return True
    return ends_within(process, 1.5)  # a run that finds all done needs so long for its start


def digests(out: Path) -> dict[str, str]:
    """Hash of the catalogue's dump, and of each file that a run has written."""
    text = io.StringIO()
    with Catalogue.open(out / "catalogue.sqlite", create=False) as catalogue:
        catalogue.dump(text)
    found = {"catalogue": hashlib.sha256(text.getvalue().encode()).hexdigest()}
    for path in sorted(out.iterdir()):
        if path.is_file() and not path.name.startswith(("catalogue.sqlite", "run.json")):
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def main() -> int:
    """Run the experiment; exit code 0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        work = options.keep or Path(temporary)
        return experiment(work, options.documents, options.kills, options.jobs, options.seed)


def experiment(work: Path, documents: int, kills: int, jobs: int, seed: int) -> int:
    chance = random.Random(seed)
    folder, calm, stormy = work / "in", work / "calm", work / "stormy"
    for out in (calm, stormy):
        out.mkdir(parents=True, exist_ok=True)
    make_documents(folder, documents, seed)

    begin = time.monotonic()
    code = start(folder, calm, jobs).wait()
    whole = time.monotonic() - begin
    print(f"undisturbed: {documents} documents in {whole:.1f} s, exit code {code}", flush=True)

    left: list[psutil.Process] = []
    killed = 0
    while killed < kills:
        process = start(folder, stormy, jobs)
        if kills - killed <= kills // 5:
            how = "while exports are written"
            ended = wait_for_all(process, stormy, documents) or ends_within(process, chance.uniform(0, 2))
        else:
            # Some before the first document, most of them in the middle.
            rest = whole * (1 - stored(stormy) / documents) / (kills - killed)
            pause = chance.uniform(0, 3) if chance.random() < 0.2 else chance.uniform(2, 4 + 2 * rest)
            how = f"after {pause:.1f} s"
            ended = ends_within(process, pause)
        if not ended:
            left += kill(process, workers=chance.random() < 0.5)
            killed += 1
            print(f"kill {killed} {how}: {stored(stormy)} files stored", flush=True)
            continue
        code = process.returncode
        print(f"came to its end, exit code {code}", flush=True)
        if code not in (0, 1):
            return 1
    begin = time.monotonic()
    code = start(folder, stormy, jobs).wait()
    print(f"last run: {time.monotonic() - begin:.1f} s, exit code {code}", flush=True)

    time.sleep(2)
    alive = [
        process.pid for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    before, after = digests(calm), digests(stormy)
    different = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    statuses = json.loads((stormy / "summary.json").read_text(encoding="utf-8"))["statuses"]
    print(f"files: {statuses}")
    print(f"processes left: {len(alive)}; compared: {', '.join(before)}; different: {different or 'none'}")
    return 1 if different or alive else 0


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "100")
    raise SystemExit(main())
