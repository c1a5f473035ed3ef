#!/usr/bin/env python3
"""Writes users.csv and events.csv.gz: an invented Chinese retail shop, seen on 2024-06-15.

    python3 generate.py

The same files come out every time: the only chance is Random.random(), whose sequence Python promises to keep. Nobody in the data exists.
"""
import csv
import datetime
import gzip
import io
import os
import random

AS_OF = datetime.date(2024, 6, 15)
FIRST = datetime.date(2023, 6, 1)  # the first day with events
USERS = 2000

CATEGORIES = ["beauty", "food", "home", "sports", "baby", "digital"]
BASE_PRICE = {"beauty": 120, "food": 45, "home": 90, "sports": 180, "baby": 150, "digital": 900}
CAMPAIGNS = ["newcomer", "weekly", "double11", "winback", "618"]

chance = random.Random(20240615)


def pick(weighted):
    """One of [(value, weight), ...]."""
    at = chance.random() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at < 0:
            return value
    return weighted[-1][0]


def whole(low, high):
    return low + int(chance.random() * (high - low + 1))


def maybe(probability):
    return chance.random() < probability


def day_between(first, last):
    return first + datetime.timedelta(days=whole(0, (last - first).days))


class User:
    """A customer; `kind` is how they live, which no column states."""

    def __init__(self, number):
        self.id = f"u{number:04d}"
        self.kind = pick([("loyal", 12), ("steady", 26), ("casual", 28), ("lapsed", 14), ("new", 9), ("browser", 8), ("never", 3)])
        self.signup = self.signup_day()
        self.city = pick([("tier1", 24), ("new_tier1", 22), ("tier2", 20), ("tier3", 16), ("tier4", 12), ("", 6)])
        self.gender = pick([("female", 58), ("male", 37), ("", 5)])
        self.age = self.age_text()
        self.birth_month = "" if maybe(0.15) else str(whole(1, 12))
        self.channel = pick([("app", 45), ("miniprogram", 28), ("web", 10), ("store", 17)])
        self.likes = self.likes_list()
        self.interest = "|".join(sorted(self.likes)) if maybe(0.86) else ""
        self.unsubscribed = maybe(0.07)
        self.employee = maybe(0.012)
        self.events = []  # (moment, event, key, amount in fen or None)
        self.spent = 0
        self.orders = 0

    def signup_day(self):
        if self.kind == "new":
            return day_between(datetime.date(2024, 5, 10), AS_OF)
        if self.kind == "lapsed":
            return day_between(datetime.date(2021, 1, 1), datetime.date(2023, 9, 30))
        return day_between(datetime.date(2021, 1, 1), datetime.date(2024, 5, 9))

    def age_text(self):
        if maybe(0.12):
            return ""
        band = pick([((18, 24), 20), ((25, 34), 38), ((35, 44), 24), ((45, 59), 13), ((60, 78), 5)])
        return str(whole(*band))

    def likes_list(self):
        weights = {"beauty": 30 if self.gender == "female" else 8, "food": 28, "home": 20, "sports": 22 if self.gender == "male" else 12,
                   "baby": 18 if self.age and 26 <= int(self.age) <= 42 else 4, "digital": 24 if self.gender == "male" else 8}
        likes = set()
        for _ in range(whole(1, 3)):
            likes.add(pick(list(weights.items())))
        return likes

    def any_category(self):
        return pick([(name, 8 if name in self.likes else 1) for name in CATEGORIES])

    def add(self, day, event, key="", amount=None, after=0):
        """`after`: minutes since the visit began."""
        if FIRST <= day <= AS_OF:
            moment = datetime.datetime.combine(day, datetime.time(self.hour, self.minute, whole(0, 59))) + datetime.timedelta(minutes=after)
            if moment.date() <= AS_OF:
                self.events.append((moment, event, key, amount))

    def buy(self, day, key, after):
        amount = int(BASE_PRICE[key] * (0.4 + 1.6 * chance.random() ** 2) * 100)
        amount = amount // 10 * 10 if maybe(0.7) else amount
        before = len(self.events)
        self.add(day, "purchase", key, amount, after)
        if len(self.events) == before:
            return
        self.spent += amount
        self.orders += 1
        if maybe(0.05):  # comes back, in part or in whole, some days later
            back = day + datetime.timedelta(days=whole(1, 9))
            if back <= AS_OF:
                part = amount if maybe(0.75) else amount // 2
                self.add(back, "refund", key, -part, whole(0, 30))
                self.spent -= part

    def visit(self, day, appetite):
        """A visit: a login, some views, and perhaps a cart and a purchase, then or a few days later."""
        self.hour, self.minute = pick([(9, 2), (12, 5), (15, 3), (18, 4), (20, 8), (22, 5), (23, 1)]), whole(0, 59)
        self.add(day, "login")
        for look in range(pick([(0, 3), (1, 5), (2, 3), (3, 1)])):
            key = self.any_category()
            self.add(day, "view", key, None, 1 + 3 * look)
            if not maybe(appetite):
                continue
            self.add(day, "cart", key, None, 3 + 3 * look)
            if maybe(0.52):
                self.buy(day, key, 5 + 3 * look)
            elif maybe(0.25):
                self.buy(day + datetime.timedelta(days=whole(1, 6)), key, 5)


def festive(day):
    """How much likelier a visit is on this day."""
    if (day.month == 6 and 1 <= day.day <= 18) or (day.month == 11 and 1 <= day.day <= 11):
        return 1.9
    return 1.25 if day.weekday() >= 5 else 1.0


def live(user):
    """The visits of a year."""
    rate = {"loyal": 0.05, "steady": 0.018, "casual": 0.008, "lapsed": 0.02, "new": 0.09, "browser": 0.014, "never": 0.0}[user.kind]
    appetite = {"loyal": 0.42, "steady": 0.36, "casual": 0.3, "lapsed": 0.34, "new": 0.26, "browser": 0.0, "never": 0.0}[user.kind]
    rate *= 0.5 + chance.random()
    last = AS_OF
    if user.kind == "lapsed":
        last = day_between(datetime.date(2023, 8, 1), datetime.date(2024, 3, 31))
    elif maybe(0.25):
        last = day_between(datetime.date(2024, 2, 1), AS_OF)
    day = max(user.signup, FIRST)
    streak = 0
    while day <= last:
        if streak > 0 or maybe(rate * festive(day)):
            user.visit(day, appetite)
            streak = streak - 1 if streak > 0 else (whole(1, 6) if maybe(0.06) else 0)
        day += datetime.timedelta(days=1)
    if user.kind == "lapsed" and maybe(0.18):  # won back by the summer sale
        user.visit(day_between(datetime.date(2024, 6, 1), AS_OF), 0.7)


def send(user):
    """Messages of campaigns, and whether they were opened."""
    if user.unsubscribed or user.channel == "store":
        return
    sent = [(user.signup + datetime.timedelta(days=1), "newcomer")]
    sent += [(datetime.date(2023, 11, 9), "double11"), (datetime.date(2024, 6, 1), "618"), (datetime.date(2024, 6, 12), "618")]
    if user.kind == "lapsed":
        sent.append((datetime.date(2024, 5, 20), "winback"))
    sent += [(datetime.date(2024, 5, 3) + datetime.timedelta(days=7 * week), "weekly") for week in range(7) if maybe(0.45)]
    for day, campaign in sent:
        if day < user.signup or not maybe(0.85):
            continue
        user.hour, user.minute = 10, 0
        user.add(day, "push", campaign)
        if maybe({"loyal": 0.4, "steady": 0.22, "new": 0.3}.get(user.kind, 0.07)):
            user.add(day, "open", campaign, None, whole(1, 600))


def level_of(user):
    for level, least in (("platinum", 500000), ("gold", 200000), ("silver", 60000)):
        if user.spent >= least:
            return level
    return "regular"


def money(fen):
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def row_of(user):
    last = max((moment.date() for moment, event, _, _ in user.events if event not in ("push", "refund")), default=None)
    idle = (AS_OF - last).days if last else 999
    risk = user.orders >= 2 and (idle > 45 or (idle > 20 and maybe(0.4)))
    vip = user.spent >= 200000 or (user.spent >= 80000 and maybe(0.3))
    points = user.spent // 100 + whole(0, 200) if user.kind != "never" else 0
    return [user.id, user.city, user.gender, user.age, user.birth_month, user.signup, "1" if vip else "0", level_of(user), user.interest,
            money(user.spent) if user.orders else "", user.orders, points, last or "", "1" if risk else "0", user.channel,
            "1" if user.unsubscribed else "0", "1" if user.employee else "0"]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    users = [User(number) for number in range(1, USERS + 1)]
    for user in users:
        live(user)
        send(user)
    with open(os.path.join(here, "users.csv"), "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["id", "city", "gender", "age", "birth_month", "signup", "vip", "level", "interest", "spend", "orders", "points",
                         "last_active", "churn_risk", "channel", "unsubscribed", "employee"])
        writer.writerows(row_of(user) for user in users)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", "user", "event", "key", "amount"])
    rows = [(moment, user.id, event, key, amount) for user in users for moment, event, key, amount in user.events]
    for moment, user_id, event, key, amount in sorted(rows, key=lambda row: row[:3]):
        writer.writerow([moment, user_id, event, key, "" if amount is None else money(amount)])
    with open(os.path.join(here, "events.csv.gz"), "wb") as out:
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed:
            packed.write(text.getvalue().encode("utf-8"))


main()
