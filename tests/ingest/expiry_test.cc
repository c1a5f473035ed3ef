// The life of values: random operations, files, merges, undone merges, folds, openings and expiry,
// with a clock of the test's own, beside a naive map; and what becomes of it all when the process
// dies.
#include "ingest/expiry.h"

#include "ingest/apply.h"
#include "ingest/person.h"
#include "storage/fault_point.h"
#include "tests/ingest/scratch_folder.h"

#include <csignal>
#include <functional>
#include <random>
#include <sys/wait.h>

namespace tagline::ingest {
namespace {

using engine::TagKind;
using storage::Snapshot;
using storage::Store;
using storage::TagLife;
using storage::WriteTxn;

constexpr std::int64_t kNow = 1'800'000'000;

template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error(result.error().message().en);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

void write(Store& store, const std::function<void(WriteTxn&)>& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

/// What somebody has of a tag, and since when.
struct Held {
  std::set<std::string> values;
  std::int64_t time = 0;
  friend bool operator==(const Held&, const Held&) = default;
};
using Having = std::map<std::string, Held>;
using Everybody = std::map<std::string, Having>;

std::string shown(const Everybody& people) {
  std::string text;
  for (const auto& [id, having] : people) {
    text += id + ":";
    for (const auto& [tag, held] : having) {
      text += " " + tag + "=";
      for (const auto& value : held.values) {
        text += value + ",";
      }
      text += "@" + std::to_string(held.time - kNow);
    }
    text += "\n";
  }
  return text;
}

struct TimedTag {
  const char* name;
  TagKind kind;
  std::int64_t ttl_s;
};
constexpr TimedTag kTags[] = {{"vip", TagKind::Flag, 100},
                              {"city", TagKind::Category, 250},
                              {"likes", TagKind::Set, 160},
                              {"spend", TagKind::Number, 0},
                              {"born", TagKind::Date, 400}};

class Expiry : public testing::Test {
 protected:
  Expiry() : applier_(std::make_unique<Applier>(database_.store())) {
    write(database_.store(), [](WriteTxn& txn) {
      for (const TimedTag& each : kTags) {
        storage::TagRecord tag;
        tag.name = each.name;
        tag.kind = each.kind;
        tag.created_s = kNow;
        must(txn.set_life(must(txn.put_tag(tag)), {true, each.ttl_s}, kNow));
      }
    });
  }

  void apply(std::vector<Operation> operations, std::int64_t now_s) {
    IngestBatch batch;
    batch.operations = std::move(operations);
    IngestBatch* const all[] = {&batch};
    applier_->apply(all, now_s);
    ASSERT_TRUE(batch.outcome.has_value()) << batch.outcome.error().message().en;
  }

  /// All that has expired, a few at a time; how many.
  std::uint64_t expire(std::int64_t now_s, std::size_t most) {
    std::uint64_t values = 0;
    for (bool more = true; more;) {
      const ExpiryStep step = must(expire_some(database_.store(), now_s, most));
      EXPECT_LE(step.values, most);
      values += step.values;
      more = step.more;
    }
    return values;
  }

  void reopen() {
    applier_.reset();
    database_.close();
    database_.open();
    applier_ = std::make_unique<Applier>(database_.store());
  }

  /// As readers see it; who has a value has a time, and nobody else (verify says so).
  Everybody read() {
    Everybody people;
    for (const auto& [id, profile] : database_.content()) {
      people[id];
      for (const auto& [tag, values] : profile) {
        people[id][tag].values = values;
      }
    }
    must(database_.store().read([&](const Snapshot& snapshot) -> Status {
      for (auto& [id, having] : people) {
        const auto user = must(snapshot.find_user(id));
        for (auto& [tag, held] : having) {
          held.time =
              must(snapshot.number_of(database_.tag(tag).times, user.value_or(0))).value_or(0);
        }
      }
      return {};
    }));
    return people;
  }

  Database database_;
  std::unique_ptr<Applier> applier_;
};

/// Merges by the rules of flags, sets and `latest`.
class LifeModel {
 public:
  Everybody people;
  std::map<std::string, std::string> merged;  ///< loser -> survivor
  struct Merge {
    std::string survivor;
    std::string loser;
    Having theirs;
    Having before;
    Having after;
  };
  std::map<std::uint32_t, Merge> merges;

  [[nodiscard]] std::string person(std::string id) const {
    for (auto at = merged.find(id); at != merged.end(); at = merged.find(id)) {
      id = at->second;
    }
    return id;
  }

  void merge(std::uint32_t number, const std::string& survivor, const std::string& loser) {
    Merge merge{survivor, loser, people.at(loser), people.at(survivor), {}};
    Having& ours = people.at(survivor);
    for (const auto& [tag, theirs] : merge.theirs) {
      if (!ours.contains(tag)) {
        ours[tag] = theirs;
        continue;
      }
      Held& held = ours[tag];
      if (tag == "likes") {
        held.values.insert(theirs.values.begin(), theirs.values.end());
      } else if (theirs.time > held.time) {
        held.values = theirs.values;
      }
      held.time = std::max(held.time, theirs.time);
    }
    merge.after = ours;
    people.erase(loser);
    merged[loser] = survivor;
    merges[number] = std::move(merge);
  }

  void undo(std::uint32_t number) {
    const Merge merge = merges.at(number);
    merges.erase(number);
    merged.erase(merge.loser);
    people[merge.loser] = merge.theirs;
    Having& ours = people.at(merge.survivor);
    for (const auto& [tag, theirs] : merge.theirs) {
      const auto before = merge.before.find(tag);
      const bool had = before != merge.before.end();
      if (!ours.contains(tag)) {
        // Expired, or cleared: what is gone stays gone.
        continue;
      }
      Held& held = ours[tag];
      if (tag == "likes") {
        for (const auto& value : theirs.values) {
          if (!had || !before->second.values.contains(value)) {
            held.values.erase(value);
          }
        }
      } else if (held.values == merge.after.at(tag).values) {
        held.values = had ? before->second.values : std::set<std::string>();
      }
      if (held.time == merge.after.at(tag).time && had) {
        held.time = before->second.time;
      }
      if (held.values.empty()) {
        ours.erase(tag);
      }
    }
  }

  void expire(std::int64_t now_s) {
    for (auto& [id, having] : people) {
      for (const TimedTag& tag : kTags) {
        const auto held = having.find(tag.name);
        if (tag.ttl_s != 0 && held != having.end() && held->second.time <= now_s - tag.ttl_s) {
          having.erase(held);
        }
      }
    }
  }
};

TEST_F(Expiry, AnyHistoryLeadsToWhatANaiveMapHas) {
  std::mt19937 random(20261130);
  const auto draw = [&](std::size_t below) { return random() % below; };
  LifeModel model;
  std::int64_t now = kNow;
  std::uint64_t expired = 0;
  unsigned undone = 0;
  const auto any_id = [&] { return "u" + std::to_string(draw(14)); };
  const auto value_of = [&](const std::string& tag) -> std::pair<std::string, std::string> {
    const std::string n = std::to_string(1 + draw(3));  // as written, and as read
    return tag == "vip"     ? std::pair<std::string, std::string>("true", "yes")
           : tag == "spend" ? std::pair(n, n)
           : tag == "born"  ? std::pair("1970-01-0" + n, std::to_string(std::stoi(n) - 1))
                            : std::pair("v" + n, "v" + n);
  };
  for (int step = 0; step < 500; ++step) {
    now += static_cast<std::int64_t>(draw(18));
    const auto what = draw(100);
    const std::string id = any_id();
    if (what < 55) {
      Operation operation;
      operation.line = 1;
      operation.user = id;
      const std::string tag = kTags[draw(5)].name;
      const std::string person = model.person(id);
      Having& having = model.people[person];
      const auto [written, seen] = value_of(tag);
      if (draw(5) == 0) {
        operation.clear = {tag};
        having.erase(tag);
      } else if (tag == "likes" && draw(3) == 0) {
        operation.remove = {{tag, {written}, true}};
        if (having.contains(tag)) {
          having[tag].values.erase(seen);
          having[tag].time = now;
          if (having[tag].values.empty()) {
            having.erase(tag);
          }
        }
      } else if (tag == "likes" && draw(2) == 0) {
        operation.add = {{tag, {written}, true}};
        having[tag].values.insert(seen);
        having[tag].time = now;
      } else {
        operation.set = {{tag, {written}, tag == "likes"}};
        having[tag] = {{seen}, now};
      }
      apply({operation}, now);
    } else if (what < 70) {  // a file states a category, adds to a set, and says nothing of others
      std::string text = "id,city,likes\n";
      for (int i = 0; i < 4; ++i) {
        const std::string row = any_id();
        const std::string city = draw(3) == 0 ? "" : value_of("city").first;
        const std::string like = draw(3) == 0 ? "" : value_of("likes").first;
        text += row + "," + city + "," + like + "\n";
        Having& having = model.people[model.person(row)];
        having.erase("city");
        if (!city.empty()) {
          having["city"] = {{city}, now};
        }
        if (!like.empty()) {
          having["likes"].values.insert(like);
          having["likes"].time = now;
        }
      }
      Schema schema;
      schema.id_column = "id";
      schema.columns = {column("city", TagKind::Category), column("likes", TagKind::Set)};
      schema.columns[1].update = SetUpdate::Add;
      LoadOptions options;
      options.now_s = now;
      database_.must_load(text, schema, options);
    } else if (what < 85) {
      model.expire(now);
      expired += expire(now, 1 + draw(4));
    } else if (what < 91) {
      const std::string a = model.person(id);
      const std::string b = model.person(any_id());
      if (a == b || !model.people.contains(a) || !model.people.contains(b)) {
        continue;
      }
      std::optional<Linked> linked;
      write(database_.store(), [&](WriteTxn& txn) {
        People who = must(People::open(txn, now, "tester"));
        const auto link = [&](const std::string& user) {
          LinkRequest request;
          request.user = user;
          request.identities = {"crm:shared"};
          return must(who.link(request, {})).done;
        };
        ASSERT_TRUE(link(b).has_value());
        linked = link(a);
        ASSERT_TRUE(must(who.unlink("crm:shared")).done.has_value());
      });
      model.merge(linked->merges.at(0), linked->user, linked->user == a ? b : a);
    } else if (what < 95 && !model.merges.empty()) {
      const std::uint32_t number = model.merges.rbegin()->first;
      bool done = false;
      write(database_.store(), [&](WriteTxn& txn) {
        done = must(must(People::open(txn, now, "tester")).undo(number)).done.has_value();
      });
      ASSERT_TRUE(done);
      model.undo(number);
      ++undone;
    } else if (what < 98) {
      write(database_.store(), [](WriteTxn& txn) { must(txn.fold()); });
    } else {
      reopen();
    }
    if (step % 10 == 0) {
      ASSERT_EQ(shown(read()), shown(model.people)) << "step " << step;
    }
    if (step % 100 == 0) {
      database_.expect_clean();
    }
  }
  model.expire(now + 1'000);
  expire(now + 1'000, 3);
  EXPECT_EQ(shown(read()), shown(model.people));
  database_.expect_clean();
  EXPECT_GT(expired, 50U);
  EXPECT_GT(undone, 2U);
}

TEST_F(Expiry, IsToTheSecondAndOnce) {
  apply({{1, "u1", {}, {}, {{"vip", {"true"}, false}, {"spend", {"5"}, false}}, {}, {}, {}}}, kNow);
  EXPECT_EQ(expire(kNow + 99, 10), 0U);
  EXPECT_TRUE(read().at("u1").contains("vip"));
  EXPECT_EQ(expire(kNow + 100, 10), 1U);
  EXPECT_FALSE(read().at("u1").contains("vip"));
  EXPECT_TRUE(read().at("u1").contains("spend")) << "has no time to live";
  const auto version = [&] {
    return must(database_.store().read(
        [](const Snapshot& snapshot) { return Result<std::uint64_t>(snapshot.version()); }));
  };
  const auto before = version();
  EXPECT_EQ(expire(kNow + 200, 10), 0U);
  EXPECT_EQ(version(), before) << "nothing to do is no commit";
}

TEST_F(Expiry, ASetLivesAsAWholeFromItsLastWrite) {
  apply({{1, "u1", {}, {}, {{"likes", {"a", "b"}, true}}, {}, {}, {}}}, kNow);
  apply({{1, "u1", {}, {}, {}, {}, {{"likes", {"c"}, true}}, {}}}, kNow + 100);
  EXPECT_EQ(expire(kNow + 200, 10), 0U);
  EXPECT_EQ(expire(kNow + 260, 10), 1U);
  EXPECT_EQ(read(), (Everybody{{"u1", {}}}));
  database_.expect_clean();
}

TEST_F(Expiry, AFileThatStatesTheSameValuesMakesThemNew) {
  LoadOptions options;
  options.now_s = kNow;
  database_.must_load("id,city\nu1,a\nu2,b\n", std::nullopt, options);
  options.now_s = kNow + 200;
  database_.must_load("id,city\nu1,a\n", std::nullopt, options);
  EXPECT_EQ(expire(kNow + 250, 10), 1U);
  EXPECT_EQ(read(), (Everybody{{"u1", {{"city", {{"a"}, kNow + 200}}}}, {"u2", {}}}));
}

TEST_F(Expiry, ValuesThatWereThereAreAsOldAsTheTracking) {
  database_.must_load("id,shoe\nu1,40\nu2,41\nu3,\n");
  const auto field = database_.tag("shoe").field;
  const auto live = [&](const TagLife& life, std::int64_t now_s) {
    write(database_.store(), [&](WriteTxn& txn) { must(txn.set_life(field, life, now_s)); });
  };
  live({true, 0}, kNow);
  database_.expect_clean();
  EXPECT_EQ(read().at("u1").at("shoe").time, kNow);
  live({true, 50}, kNow + 500);  // tracking goes on: its times stay
  EXPECT_EQ(database_.tag("shoe").ttl_s, 50);
  EXPECT_EQ(read().at("u1").at("shoe").time, kNow);
  live({false, 0}, kNow + 600);
  database_.expect_clean();
  EXPECT_EQ(database_.tag("shoe").times, 0U);
  EXPECT_EQ(expire(kNow + 10'000, 10), 0U);
  live({true, 60}, kNow + 700);
  EXPECT_EQ(expire(kNow + 759, 10), 0U);
  EXPECT_EQ(expire(kNow + 760, 10), 2U);
  database_.expect_clean();
}

TEST_F(Expiry, ASchemaSaysHowLongValuesLive) {
  Schema schema;
  schema.id_column = "id";
  schema.columns = {column("mood", TagKind::Category), column("size", TagKind::Number)};
  schema.columns[0].ttl_s = 30;
  schema.columns[1].track = true;
  LoadOptions options;
  options.now_s = kNow;
  database_.must_load("id,mood,size\nu1,good,3\n", schema, options);
  EXPECT_EQ(database_.tag("mood").ttl_s, 30);
  EXPECT_EQ(read().at("u1").at("size").time, kNow);
  database_.must_load("id,mood\nu2,bad\n", std::nullopt, options);  // says nothing: stays
  EXPECT_EQ(database_.tag("mood").ttl_s, 30);
  EXPECT_EQ(expire(kNow + 30, 10), 2U);
  database_.expect_clean();
}

TEST_F(Expiry, WhatCannotBeIsRefused) {
  write(database_.store(), [&](WriteTxn& txn) {
    const auto tags = must(txn.tags());
    const auto refused = [&](engine::FieldId field, const TagLife& life) {
      const Status status = txn.set_life(field, life, kNow);
      return status.has_value() ? std::string() : std::string(wire_name(status.error().code()));
    };
    EXPECT_EQ(refused(tags[0].field, {false, 60}), "bad-input");
    EXPECT_EQ(refused(tags[0].field, {true, -1}), "bad-input");
    EXPECT_EQ(refused(tags[0].field, {true, storage::kTtlMax + 1}), "bad-input");
    EXPECT_EQ(refused(12'345, {true, 60}), "not-found");
    storage::TagRecord event;
    event.name = "buy";
    event.kind = TagKind::Event;
    EXPECT_EQ(refused(must(txn.put_tag(event)), {true, 60}), "bad-input");
  });
}

TEST_F(Expiry, VerifySeesAValueWithoutATime) {
  apply({{1, "u1", {}, {}, {{"vip", {"true"}, false}}, {}, {}, {}}}, kNow);
  database_.expect_clean();
  const auto times = database_.tag("vip").times;
  write(database_.store(), [&](WriteTxn& txn) {
    must(txn.change({{times, storage::CellShape::Number, 0, 0, std::nullopt}}));
  });
  const auto report = must(
      database_.store().read([](const Snapshot& snapshot) { return storage::verify(snapshot); }));
  ASSERT_EQ(report.problem_count, 1U);
  EXPECT_EQ(report.problems[0].en,
            "tag \"vip\", shard 0: who has a value is not who has a time of it");
}

/// Kills at named steps of the store.
TEST_F(Expiry, AKillBetweenStepsLeavesWhatTheNextRunTakesUp) {
  std::vector<Operation> operations;
  for (int i = 0; i < 30; ++i) {
    operations.push_back({static_cast<std::uint64_t>(i + 1),
                          "u" + std::to_string(i),
                          {},
                          {},
                          {{"vip", {"true"}, false}, {"likes", {"a", "b"}, true}},
                          {},
                          {},
                          {}});
  }
  apply(operations, kNow);
  applier_.reset();
  std::uint64_t left = 60;
  for (const char* fault : {"change:kill:3", "commit:kill:2", "committed:kill:2"}) {
    database_.close();
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      storage::set_fault(fault);
      database_.open();
      for (bool more = true; more;) {
        more = expire_some(database_.store(), kNow + 500, 7).value_or(ExpiryStep{}).more;
      }
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << fault;
    database_.open();
    database_.expect_clean();
    std::uint64_t now = 0;
    for (const auto& [id, having] : read()) {
      now += having.size();
      for (const auto& [tag, held] : having) {
        EXPECT_EQ(held.values.size(), tag == "likes" ? 2U : 1U) << "whole or gone";
      }
    }
    EXPECT_LT(now, left);
    EXPECT_EQ((60 - now) % 7, 0U) << fault;
    left = now;
  }
  EXPECT_EQ(expire(kNow + 500, 7), left);
  for (const auto& [id, having] : read()) {
    EXPECT_TRUE(having.empty()) << id;
  }
}

}  // namespace
}  // namespace tagline::ingest
