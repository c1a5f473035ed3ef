// Who is who: random histories of links, merges, undone merges, erasures, folds and openings,
// beside a naive model with sets of names and plain maps; normal forms of identities; limits; time.
#include "ingest/person.h"

#include "ingest/identity.h"
#include "storage/store.h"
#include "storage/verify.h"
#include "tests/ingest/person_model.h"
#include "tests/storage/database_folder.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

using engine::FieldId;
using engine::TagKind;
using engine::UserIndex;
using storage::CellShape;
using storage::Change;
using storage::MergeRule;
using storage::OpenMode;
using storage::Snapshot;
using storage::Store;
using storage::WriteTxn;
using storage::test::Folder;
using storage::test::must;
using storage::test::open_store;
using storage::test::tag_of;

constexpr engine::Day kToday = 20'000;
constexpr std::int64_t kNow = 1'700'000'000;

void write(Store& store, const std::function<void(WriteTxn&)>& fn) {
  must(store.write([&](WriteTxn& txn) -> Status {
    fn(txn);
    return {};
  }));
}

LinkRequest naming(std::string user, std::vector<std::string> identities) {
  LinkRequest request;
  request.user = std::move(user);
  request.identities = std::move(identities);
  return request;
}

class Persons : public testing::Test {
 protected:
  Persons() : store_(open_store(folder_.path(), OpenMode::Create)) {
    write(*store_, [&](WriteTxn& txn) {
      const auto tag = [&](const char* name, TagKind kind) {
        return must(txn.put_tag(tag_of(name, kind)));
      };
      vip_ = tag("vip", TagKind::Flag);
      city_ = tag("city", TagKind::Category);
      interests_ = tag("interests", TagKind::Set);
      spend_ = tag("spend", TagKind::Number);
      last_ = tag("last", TagKind::Date);
      first_ = tag("first", TagKind::Date);
      level_ = tag("level", TagKind::Number);
      score_ = tag("score", TagKind::Number);
      std::vector<storage::ValueRecord> values;
      for (engine::RowId row = 1; row <= 4; ++row) {
        values.push_back({row, "v" + std::to_string(row), {}, {}});
      }
      must(txn.put_values(city_, values));
      must(txn.put_values(interests_, values));
      storage::TagRecord buy = tag_of("buy", TagKind::Event);
      buy.has_amount = true;
      buy_ = must(txn.put_tag(buy));
      key_ = must(txn.new_field());
      must(txn.put_values(buy_, std::vector<storage::ValueRecord>{{key_, "beauty", {}, {}}}));
      list_ = must(txn.new_field());
      storage::SegmentRecord list;
      list.name = "chosen";
      list.list = list_;
      must(txn.put_segment(list));
      must(txn.put_merge_rule(spend_, MergeRule::Sum));
      must(txn.put_merge_rule(last_, MergeRule::Max));
      must(txn.put_merge_rule(first_, MergeRule::Min));
      must(txn.put_merge_rule(level_, MergeRule::Survivor));
    });
  }

  void people(const std::function<void(People&, WriteTxn&)>& fn) {
    write(*store_, [&](WriteTxn& txn) {
      People who = must(People::open(txn, kNow, "tester"));
      fn(who, txn);
    });
  }

  /// Replaces what a user has.
  void put(WriteTxn& txn, UserIndex user, const Profile& p) {
    std::vector<Change> changes;
    for (Change old : must(txn.cells_of(user))) {
      old.value = std::nullopt;
      changes.push_back(old);
    }
    const auto set = [&](FieldId field, CellShape shape, engine::RowId cell,
                         std::optional<std::int64_t> value) {
      changes.push_back({field, shape, cell, user, value});
    };
    const auto row = [](const std::string& name) { return std::int64_t{name[1] - '0'}; };
    if (p.vip) {
      set(vip_, CellShape::Bit, 0, 1);
    }
    if (p.city.has_value()) {
      set(city_, CellShape::Choice, 0, row(*p.city));
    }
    for (const auto& interest : p.interests) {
      set(interests_, CellShape::Bit, 0, 1);
      set(interests_, CellShape::Bit, static_cast<engine::RowId>(row(interest)), 1);
    }
    const auto number = [&](FieldId field, const std::optional<std::int64_t>& value) {
      if (value.has_value()) {
        set(field, CellShape::Number, 0, value);
      }
    };
    number(spend_, p.spend);
    number(last_, p.last);
    number(first_, p.first);
    number(level_, p.level);
    number(score_, p.score);
    number(must(txn.updated_field()), p.updated);
    for (const auto& [day, what] : p.bought) {
      for (const FieldId series : {buy_, key_}) {
        set(series, CellShape::Count, engine::day_row(day, engine::kPresentPart), what.first);
        if (what.second != 0) {
          set(series, CellShape::Amount, engine::day_row(day, engine::kPlusPart), what.second);
        }
      }
    }
    if (p.listed) {
      set(list_, CellShape::Bit, 0, 1);
    }
    must(txn.change(std::move(changes)));
  }

  /// As readers see it, through rows and not through cells.
  Profile read(const Snapshot& snapshot, UserIndex user) const {
    Profile p;
    p.vip = must(snapshot.holds({vip_, 0}, user));
    for (engine::RowId row = 1; row <= 4; ++row) {
      if (must(snapshot.holds({city_, row}, user))) {
        EXPECT_FALSE(p.city.has_value());
        p.city = "v" + std::to_string(row);
      }
      if (must(snapshot.holds({interests_, row}, user))) {
        p.interests.insert("v" + std::to_string(row));
      }
    }
    EXPECT_EQ(must(snapshot.holds({city_, 0}, user)), p.city.has_value());
    EXPECT_EQ(must(snapshot.holds({interests_, 0}, user)), !p.interests.empty());
    p.spend = must(snapshot.number_of(spend_, user));
    p.last = must(snapshot.number_of(last_, user));
    p.first = must(snapshot.number_of(first_, user));
    p.level = must(snapshot.number_of(level_, user));
    p.score = must(snapshot.number_of(score_, user));
    for (const auto& day : must(snapshot.event_history(buy_, user, {0, kToday}))) {
      p.bought[day.day] = {static_cast<std::int64_t>(day.count), day.amount};
    }
    std::map<engine::Day, std::pair<std::int64_t, std::int64_t>> by_key;
    for (const auto& day : must(snapshot.event_history(key_, user, {0, kToday}))) {
      by_key[day.day] = {static_cast<std::int64_t>(day.count), day.amount};
    }
    EXPECT_EQ(by_key, p.bought);
    p.listed = must(snapshot.holds({list_, 0}, user));
    p.updated = must(snapshot.updated_s(user));
    return p;
  }

  void compare(const PeopleModel& model) {
    must(store_->read([&](const Snapshot& snapshot) -> Status {
      EXPECT_EQ(must(snapshot.population()), model.people().size());
      for (const auto& [id, profile] : model.people()) {
        const auto user = must(snapshot.find_user(id));
        EXPECT_TRUE(user.has_value()) << id;
        if (!user.has_value()) {
          continue;
        }
        EXPECT_EQ(must(snapshot.external_id(*user)), id);
        EXPECT_TRUE(must(snapshot.holds(engine::kPopulationRow, *user)));
        EXPECT_EQ(shown(read(snapshot, *user)), shown(profile)) << id;
      }
      const auto same = [&](const std::string& name) {
        const auto user = must(snapshot.find_user(name));
        EXPECT_TRUE(user.has_value()) << name;
        EXPECT_EQ(user.has_value() ? must(snapshot.external_id(*user)) : "", *model.named(name))
            << name;
      };
      for (const auto& [id, order] : model.ids()) {
        same(id);
      }
      for (const auto& [identity, id] : model.identities()) {
        same(identity);
      }
      const auto report = must(storage::verify(snapshot));
      for (const Text& problem : report.problems) {
        ADD_FAILURE() << problem.en;
      }
      EXPECT_EQ(report.identities, model.identities().size());
      return {};
    }));
  }

  Folder folder_;
  std::unique_ptr<Store> store_;
  FieldId vip_ = 0, city_ = 0, interests_ = 0, spend_ = 0, last_ = 0, first_ = 0, level_ = 0,
          score_ = 0, buy_ = 0, key_ = 0, list_ = 0;
};

Profile random_profile(std::mt19937& random, std::int64_t time) {
  const auto draw = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  Profile p;
  p.vip = draw(2) == 0;
  p.listed = draw(3) == 0;
  if (draw(3) != 0) {
    p.city = "v" + std::to_string(1 + draw(4));
  }
  for (int i = draw(4); i > 0; --i) {
    p.interests.insert("v" + std::to_string(1 + draw(4)));
  }
  for (auto* number : {&p.spend, &p.last, &p.first, &p.level, &p.score}) {
    if (draw(3) != 0) {
      *number = draw(2000) - 1000;
    }
  }
  for (int i = draw(4); i > 0; --i) {
    p.bought[kToday - draw(6)] = {1 + draw(5), draw(200) - 100};
  }
  if (draw(5) != 0) {
    p.updated = time;
  }
  return p;
}

TEST_F(Persons, AnyHistoryLeadsToTheSamePeopleAsANaiveModel) {
  std::mt19937 random(20261129);
  const auto draw = [&](std::size_t below) { return random() % below; };
  const auto any = [&](const auto& of) {
    return std::next(of.begin(), static_cast<long>(draw(of.size())))->first;
  };
  PeopleModel model;
  unsigned refused = 0;
  unsigned undone = 0;
  for (int step = 0; step < 900; ++step) {
    const auto what = draw(100);
    if (what < 25 || model.ids().size() < 8) {
      const std::string id = "u" + std::to_string(step);
      const Profile profile = random_profile(random, kNow + step);
      people([&](People&, WriteTxn& txn) {
        const std::string_view text = id;
        const UserIndex user = txn.user_limit();
        must(txn.add_users({&text, 1}));
        put(txn, user, profile);
      });
      model.add(id);
      model.of(id) = profile;
    } else if (what < 60) {
      std::set<std::string> identities;
      for (std::size_t i = 1 + draw(2); i > 0; --i) {
        identities.insert("crm:" + std::to_string(draw(60)));
      }
      const auto user = draw(2) == 0 ? std::optional(any(model.ids())) : std::nullopt;
      const bool nobody = !user.has_value() &&
                          std::none_of(identities.begin(), identities.end(), [&](const auto& each) {
                            return model.named(each).has_value();
                          });
      bool done = false;
      people([&](People& who, WriteTxn&) {
        const auto answer = must(
            who.link(naming(user.value_or(""), {identities.begin(), identities.end()}), {false}));
        done = answer.done.has_value();
        refused += done ? 0 : 1;
        if (nobody) {
          EXPECT_FALSE(done);
        } else if (!done) {  // the only limit that can be met here
          EXPECT_NE(answer.refused.en.find("identities of type crm"), std::string::npos)
              << answer.refused.en;
        }
      });
      if (done) {
        model.link(user, identities);
      }
    } else if (what < 70 && !model.identities().empty()) {
      const std::string identity = any(model.identities());
      people([&](People& who, WriteTxn&) {
        EXPECT_EQ(must(who.unlink(identity)).done, model.named(identity));
      });
      model.unlink(identity);
    } else if (what < 85 && !model.merges().empty()) {
      const unsigned number = any(model.merges());
      const unsigned last = model.last_merge(model.merges().at(number).survivor);
      people([&](People& who, WriteTxn&) {
        EXPECT_EQ(must(who.undo(number)).done.has_value(), number == last);
      });
      if (number == last) {
        model.undo(number);
        ++undone;
      }
    } else if (what < 88) {
      const std::string id = any(model.ids());
      people([&](People& who, WriteTxn&) {
        const auto receipt = must(who.erase(id));
        ASSERT_TRUE(receipt.has_value());
        EXPECT_EQ(receipt->digest.size(), 32U);
      });
      model.erase(id);
    } else if (what < 94) {  // somebody is written after a merge
      const std::string id = any(model.ids());
      const Profile profile = random_profile(random, kNow + step);
      people([&](People&, WriteTxn& txn) { put(txn, *must(txn.find_user(id)), profile); });
      model.of(id) = profile;
    } else if (what < 97) {
      write(*store_, [](WriteTxn& txn) { must(txn.fold()); });
    } else {
      store_.reset();
      store_ = open_store(folder_.path(), OpenMode::Write);
    }
    if (step % 30 == 29) {
      compare(model);
      if (HasFailure()) {
        FAIL() << "after step " << step;
      }
    }
  }
  compare(model);
  EXPECT_GT(undone, 20U);
  EXPECT_GT(refused, 20U);
}

TEST_F(Persons, UndoneSumsGoByWhatTheMergeDid) {
  const auto number = [](engine::FieldId tag, UserIndex user, std::int64_t value) {
    return storage::Change{tag, storage::CellShape::Number, 0, user, value};
  };
  people([&](People& who, WriteTxn& txn) {
    const std::vector<std::string_view> ids{"a", "b", "c", "d"};
    must(txn.add_users(ids));
    must(txn.put_merge_rule(level_, MergeRule::Max));
    must(txn.change({number(spend_, 0, 2), number(spend_, 1, 5), number(level_, 0, 2),
                     number(level_, 1, 5), number(spend_, 3, 7)}));
    for (const auto& [id, identity] :
         {std::pair("a", "crm:1"), {"b", "crm:1"}, {"c", "crm:2"}, {"d", "crm:2"}}) {
      EXPECT_TRUE(must(who.link(naming(id, {identity}), {})).done.has_value());
    }
  });
  // Learnt since, and rules changed since.
  people([&](People& who, WriteTxn& txn) {
    must(txn.change({number(spend_, 0, 17), number(level_, 0, 15), number(spend_, 2, 10)}));
    EXPECT_TRUE(must(who.undo(2)).done.has_value());
    must(txn.put_merge_rule(spend_, MergeRule::Latest));
    must(txn.put_merge_rule(level_, MergeRule::Sum));
    EXPECT_TRUE(must(who.undo(1)).done.has_value());
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    const auto spend = [&](UserIndex user) { return must(snapshot.number_of(spend_, user)); };
    EXPECT_EQ(spend(0), 12) << "it was summed";
    EXPECT_EQ(spend(1), 5);
    EXPECT_EQ(must(snapshot.number_of(level_, 0)), 15) << "it was not";
    EXPECT_EQ(spend(2), 3) << "of whom nothing was known before";
    EXPECT_EQ(spend(3), 7);
    return {};
  }));
}

TEST_F(Persons, AReceiptCountsWhatPeopleWouldCount) {
  people([&](People& who, WriteTxn& txn) {
    const std::vector<std::string_view> ids{"a", "b"};
    must(txn.add_users(ids));
    const auto bit = [](engine::FieldId field, engine::RowId row) {
      return storage::Change{field, storage::CellShape::Bit, row, 0, 1};
    };
    const auto day = [](engine::FieldId series, storage::CellShape shape, std::uint32_t part) {
      return storage::Change{series, shape, engine::day_row(20'000, part), 0, 3};
    };
    must(txn.change({bit(vip_, engine::kFlagRow),
                     {spend_, storage::CellShape::Number, 0, 0, 5},
                     bit(interests_, engine::kExistsRow),
                     bit(interests_, 1),
                     bit(interests_, 2),
                     day(buy_, storage::CellShape::Count, engine::kPresentPart),
                     day(buy_, storage::CellShape::Amount, engine::kPlusPart),
                     day(key_, storage::CellShape::Count, engine::kPresentPart),
                     bit(list_, engine::kFlagRow),
                     {must(txn.updated_field()), storage::CellShape::Number, 0, 0, kNow}}));
    EXPECT_EQ(must(who.erase("a"))->cells, 6U) << "vip, spend, two interests, a day, a list";
    EXPECT_EQ(must(who.erase("b"))->cells, 0U);
  });
}

TEST_F(Persons, AnErasedPersonIsNowhere) {
  people([&](People& who, WriteTxn& txn) {
    const std::vector<std::string_view> ids{"secret-1", "secret-2", "other"};
    must(txn.add_users(ids));
    std::mt19937 random(1);
    for (UserIndex user = 0; user < 3; ++user) {
      put(txn, user, random_profile(random, kNow));
    }
    EXPECT_TRUE(must(who.link(naming("secret-1", {"phone:13800138000"}), {})).done.has_value());
    EXPECT_EQ(must(who.link(naming("secret-2", {"phone:13800138000"}), {})).done->merges.size(),
              1U);
  });
  people([&](People& who, WriteTxn&) {
    const auto receipt = must(who.erase("phone:+86 138 0013 8000"));
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->users, 2U);
    EXPECT_EQ(receipt->identities, 3U);
    EXPECT_EQ(receipt->merges, 1U);
    EXPECT_FALSE(must(who.erase("secret-1")).has_value());
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.population()), 1U);
    EXPECT_FALSE(must(snapshot.find_user("secret-1")).has_value());
    EXPECT_FALSE(must(snapshot.find_user("secret-2")).has_value());
    EXPECT_FALSE(must(snapshot.find_user("phone:+8613800138000")).has_value());
    EXPECT_FALSE(snapshot.external_id(0).has_value());
    EXPECT_TRUE(must(snapshot.merges(0, 10)).empty());
    EXPECT_EQ(must(snapshot.erasures(0, 10)).size(), 1U);
    for (const UserIndex user : {0U, 1U}) {
      EXPECT_EQ(read(snapshot, user), Profile());
    }
    EXPECT_TRUE(must(storage::verify(snapshot)).clean());
    return {};
  }));
  // One of that id who comes again is somebody new.
  people([&](People&, WriteTxn& txn) {
    const std::string_view again = "secret-1";
    must(txn.add_users({&again, 1}));
    EXPECT_EQ(must(txn.find_user("secret-1")), 3U);
  });
}

TEST_F(Persons, WhatIsSharedByManyMakesNobodyOnePerson) {
  people([&](People& who, WriteTxn& txn) {
    std::vector<std::string> ids;
    for (int i = 0; i < 150; ++i) {
      ids.push_back("u" + std::to_string(i));
    }
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    must(txn.add_users(views));
    std::size_t merged = 0;
    Text why;
    for (const std::string& id : ids) {
      const auto answer = must(who.link(naming(id, {"device:KIOSK"}), {}));
      merged += answer.done.has_value() ? 1U : 0U;
      why = answer.done.has_value() ? why : answer.refused;
    }
    EXPECT_EQ(merged, kUsersOfPersonMax);
    EXPECT_NE(why.en.find("\"device:kiosk\""), std::string::npos) << why.en;
    EXPECT_NE(why.en.find("at most 100"), std::string::npos) << why.en;
  });
}

TEST_F(Persons, ValuesThatBelongToNobodyAreRefused) {
  people([&](People&, WriteTxn& txn) {
    storage::IdentityTypeRecord phone = built_in_identity_types()[4];
    phone.never = {"+8613800000000"};
    must(txn.put_identity_type(phone));
  });
  people([&](People& who, WriteTxn&) {
    const auto answer = must(who.link(naming("u", {"phone:138-0000-0000"}), {}));
    EXPECT_FALSE(answer.done.has_value());
    EXPECT_NE(answer.refused.en.find("belongs to nobody"), std::string::npos);
  });
}

TEST_F(Persons, AMergeOfAThousandTagsIsQuick) {
  std::vector<FieldId> fields;
  write(*store_, [&](WriteTxn& txn) {
    for (int i = 0; i < 1000; ++i) {
      const std::string name = "t" + std::to_string(i);
      fields.push_back(
          must(txn.put_tag(tag_of(name.c_str(), i % 2 == 0 ? TagKind::Flag : TagKind::Number))));
    }
    const std::vector<std::string_view> ids{"a", "b"};
    must(txn.add_users(ids));
    std::vector<Change> changes;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      for (UserIndex user = 0; user < 2; ++user) {
        const bool flag = i % 2 == 0;
        changes.push_back({fields[i], flag ? CellShape::Bit : CellShape::Number, 0, user,
                           flag ? 1 : std::int64_t{1000} + user});
      }
    }
    must(txn.change(std::move(changes)));
    must(txn.fold());
  });
  people([&](People& who, WriteTxn&) {
    must(who.link(naming("a", {"crm:1"}), {}));
    const auto answer = must(who.link(naming("b", {"crm:1"}), {}));
    ASSERT_TRUE(answer.done.has_value());
    EXPECT_EQ(answer.done->merges, std::vector<std::uint32_t>{1});
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    const auto merge = must(snapshot.merge(1));
    EXPECT_EQ(merge->cells.size(), 1000U);
    EXPECT_EQ(must(snapshot.number_of(fields[1], 0)), 1000);
    return {};
  }));
}

TEST_F(Persons, SpellingsOfOneIdentityAreOne) {
  people([&](People& who, WriteTxn&) {
    const IdentityTypes& types = who.types();
    const std::vector<std::pair<std::string, std::string>> cases{
        {"phone:13800138000", "phone:+8613800138000"},
        {"Phone: +86 138-0013-8000", "phone:+8613800138000"},
        {"phone:008613800138000", "phone:+8613800138000"},
        {"phone:8613800138000", "phone:+8613800138000"},
        {"phone:１３８００１３８０００", "phone:+8613800138000"},
        {"phone:(010) 6552 9988", "phone:+861065529988"},
        {"phone:+1 (415) 555-2671", "phone:+14155552671"},
        {"email: Li.Lei@Example.COM ", "email:li.lei@example.com"},
        {"email:ｌｉ＠example.com", "email:li@example.com"},
        {"openid:oAbC_1", "openid:oAbC_1"},
        {"device:ABC-1", "device:abc-1"},
        {"crm: 0042", "crm:0042"},
    };
    for (const auto& [given, expected] : cases) {
      EXPECT_EQ(types.normal(given).text, expected) << given;
      EXPECT_EQ(types.normal(expected).text, expected) << "again: " << expected;
    }
    for (const char* bad :
         {"phone:", "phone:12", "phone:abc", "phone:1380013800013800138000", "phone:+", "email:x",
          "email:@a.b", "email:a@b@c.d", "email:a@b", "email:a b@c.d", "fax:1", "phone", "crm:\x01",
          "email:a@.b", "phone:+0138001380"}) {
      const auto normal = types.normal(bad);
      EXPECT_TRUE(normal.text.empty()) << bad << " became " << normal.text;
      EXPECT_FALSE(normal.why.en.empty() || normal.why.zh.empty()) << bad;
    }
    EXPECT_EQ(types.stored_id("u:1"), "u:1");
    EXPECT_EQ(types.stored_id("phone:nonsense"), "phone:nonsense");
  });
}

TEST_F(Persons, HashedIdentitiesAreFoundByWhatTheyStandFor) {
  people([&](People&, WriteTxn& txn) {
    storage::IdentityTypeRecord email = built_in_identity_types()[2];
    email.hashed = true;
    must(txn.put_identity_type(email));
  });
  std::string stored;
  people([&](People& who, WriteTxn&) {
    EXPECT_TRUE(must(who.link(naming("u1", {"email:A@example.com"}), {})).done.has_value());
    stored = who.types().normal("email:a@example.com").text;
    EXPECT_TRUE(stored.starts_with("email:#")) << stored;
    EXPECT_EQ(who.types().normal(stored).text, stored);
    EXPECT_EQ(must(who.link(naming("", {stored}), {false})).done->user, "u1");
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_TRUE(must(find_person(snapshot, "EMAIL:a@EXAMPLE.com")).has_value());
    EXPECT_TRUE(must(snapshot.identity(stored)).has_value());
    EXPECT_FALSE(must(snapshot.identity("email:a@example.com")).has_value());
    return {};
  }));
}

TEST_F(Persons, SumsBeyondWhatCanBeKeptAreRefusedWhole) {
  people([&](People& who, WriteTxn& txn) {
    const std::vector<std::string_view> ids{"a", "b"};
    must(txn.add_users(ids));
    Profile rich;
    rich.spend = std::int64_t{1} << 62U;
    put(txn, 0, rich);
    put(txn, 1, rich);
    must(who.link(naming("a", {"crm:1"}), {}));
  });
  // Somebody between them is not merged, either.
  people([&](People& who, WriteTxn&) {
    must(who.link(naming("c", {"crm:2"}), {}));
    const auto answer = must(who.link(naming("b", {"crm:1", "crm:2", "crm:3"}), {}));
    EXPECT_FALSE(answer.done.has_value());
    EXPECT_NE(answer.refused.en.find("values of spend are too large"), std::string::npos)
        << answer.refused.en;
    EXPECT_TRUE(must(who.link(naming("b", {"crm:4"}), {})).done.has_value());
  });
  must(store_->read([&](const Snapshot& snapshot) -> Status {
    EXPECT_EQ(must(snapshot.population()), 3U);
    EXPECT_FALSE(must(snapshot.identity("crm:3")).has_value());
    EXPECT_TRUE(must(snapshot.identity("crm:4")).has_value());
    EXPECT_EQ(must(snapshot.merges(0, 10)).size(), 0U);
    return {};
  }));
}

}  // namespace
}  // namespace tagline::ingest
