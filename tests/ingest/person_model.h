// A naive model of who is who: sets of names and plain maps, no rows and no cells.
#pragma once

#include "engine/events.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// What one person has, in names a marketer would use. No rows, no cells.
struct Profile {
  bool vip = false;
  std::optional<std::string> city;
  std::set<std::string> interests;
  std::optional<std::int64_t> spend;  // summed
  std::optional<std::int64_t> last;   // the largest counts
  std::optional<std::int64_t> first;  // the smallest counts
  std::optional<std::int64_t> level;  // the survivor's counts
  std::optional<std::int64_t> score;  // the latest counts
  std::map<engine::Day, std::pair<std::int64_t, std::int64_t>> bought;
  bool listed = false;
  std::optional<std::int64_t> updated;
  friend bool operator==(const Profile&, const Profile&) = default;
};

inline std::string shown(const Profile& p) {
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value.has_value() ? std::to_string(*value) : std::string("-");
  };
  std::string text = std::string(p.vip ? "vip " : "") + p.city.value_or("-") + " {";
  for (const auto& interest : p.interests) {
    text += interest + " ";
  }
  text += "} spend " + number(p.spend) + " last " + number(p.last) + " first " + number(p.first) +
          " level " + number(p.level) + " score " + number(p.score) + " updated " +
          number(p.updated) + (p.listed ? " listed" : "");
  for (const auto& [day, what] : p.bought) {
    text += " " + std::to_string(day) + ":" + std::to_string(what.first) + "/" +
            std::to_string(what.second);
  }
  return text;
}

class PeopleModel {
 public:
  struct Merge {
    std::string survivor;
    std::string loser;
    Profile loser_had;
    Profile before;
    Profile after;
  };

  [[nodiscard]] std::string person(const std::string& id) const {
    std::string at = id;
    while (into_.contains(at)) {
      at = into_.at(at);
    }
    return at;
  }
  /// The user an identity leads to.
  [[nodiscard]] std::optional<std::string> named(const std::string& name) const {
    if (order_.contains(name)) {
      return person(name);
    }
    const auto found = identities_.find(name);
    return found == identities_.end() ? std::nullopt : std::optional(person(found->second));
  }
  void add(const std::string& id) {
    order_[id] = next_++;
    profiles_[id] = {};
  }
  Profile& of(const std::string& id) { return profiles_.at(person(id)); }

  void link(const std::optional<std::string>& user, const std::set<std::string>& identities) {
    std::set<std::pair<int, std::string>> people;
    if (user.has_value()) {
      people.emplace(order_.at(person(*user)), person(*user));
    }
    std::vector<std::string> fresh;
    for (const std::string& identity : identities) {
      const auto known = named(identity);
      if (known.has_value()) {
        people.emplace(order_.at(*known), *known);
      } else {
        fresh.push_back(identity);
      }
    }
    const std::string survivor = people.begin()->second;
    for (const auto& [order, loser] : people) {
      if (loser != survivor) {
        merge(survivor, loser);
      }
    }
    for (const std::string& identity : fresh) {
      identities_[identity] = survivor;
    }
  }

  void merge(const std::string& survivor, const std::string& loser) {
    Profile& a = profiles_.at(survivor);
    const Profile b = profiles_.at(loser);
    const Profile before = a;
    const bool later = b.updated.has_value() && (!a.updated.has_value() || *b.updated > *a.updated);
    const auto pick = [](auto& ours, const auto& theirs, auto&& both) {
      if (theirs.has_value()) {
        ours = ours.has_value() ? std::optional(both(*ours, *theirs)) : theirs;
      }
    };
    a.vip = a.vip || b.vip;
    a.listed = a.listed || b.listed;
    pick(a.city, b.city, [&](auto x, auto y) { return later ? y : x; });
    a.interests.insert(b.interests.begin(), b.interests.end());
    pick(a.spend, b.spend, [](auto x, auto y) { return x + y; });
    pick(a.last, b.last, [](auto x, auto y) { return std::max(x, y); });
    pick(a.first, b.first, [](auto x, auto y) { return std::min(x, y); });
    pick(a.level, b.level, [](auto x, auto) { return x; });
    pick(a.score, b.score, [&](auto x, auto y) { return later ? y : x; });
    pick(a.updated, b.updated, [](auto x, auto y) { return std::max(x, y); });
    for (const auto& [day, what] : b.bought) {
      a.bought[day].first += what.first;
      a.bought[day].second += what.second;
    }
    profiles_.erase(loser);
    into_[loser] = survivor;
    merges_[++merges_made_] = {survivor, loser, b, before, a};
  }

  /// The last merge of a person that stands; 0: none.
  [[nodiscard]] unsigned last_merge(const std::string& id) const {
    unsigned last = 0;
    for (const auto& [number, merge] : merges_) {
      if (person(merge.survivor) == person(id)) {
        last = number;
      }
    }
    return last;
  }

  void undo(unsigned number) {
    const Merge merge = merges_.at(number);
    merges_.erase(number);
    into_.erase(merge.loser);
    profiles_[merge.loser] = merge.loser_had;
    Profile& now = profiles_.at(merge.survivor);
    const Profile& b = merge.loser_had;
    const auto back = [](auto& value, const auto& theirs, const auto& after, const auto& before) {
      if (theirs.has_value() && value == after) {
        value = before;
      }
    };
    now.vip = b.vip && !merge.before.vip ? false : now.vip;
    now.listed = b.listed && !merge.before.listed ? false : now.listed;
    back(now.city, b.city, merge.after.city, merge.before.city);
    for (const auto& interest : b.interests) {
      if (!merge.before.interests.contains(interest)) {
        now.interests.erase(interest);
      }
    }
    if (b.spend.has_value()) {
      if (now.spend == merge.after.spend) {
        now.spend = merge.before.spend;
      } else if (now.spend.has_value()) {
        *now.spend -= *b.spend;
      }
    }
    back(now.last, b.last, merge.after.last, merge.before.last);
    back(now.first, b.first, merge.after.first, merge.before.first);
    back(now.level, b.level, merge.after.level, merge.before.level);
    back(now.score, b.score, merge.after.score, merge.before.score);
    back(now.updated, b.updated, merge.after.updated, merge.before.updated);
    for (const auto& [day, what] : b.bought) {
      now.bought[day].first -= what.first;
      now.bought[day].second -= what.second;
      if (now.bought[day].first <= 0) {
        now.bought.erase(day);
      }
    }
  }

  void erase(const std::string& id) {
    const std::string gone = person(id);
    std::set<std::string> everyone;
    for (const auto& [other, order] : order_) {
      if (person(other) == gone) {
        everyone.insert(other);
      }
    }
    profiles_.erase(gone);
    std::erase_if(identities_, [&](const auto& item) { return everyone.contains(item.second); });
    std::erase_if(merges_, [&](const auto& item) {
      return everyone.contains(item.second.survivor) || everyone.contains(item.second.loser);
    });
    for (const auto& other : everyone) {
      order_.erase(other);
      into_.erase(other);
    }
  }
  void unlink(const std::string& identity) { identities_.erase(identity); }

  [[nodiscard]] const std::map<std::string, Profile>& people() const { return profiles_; }
  [[nodiscard]] const std::map<std::string, std::string>& identities() const { return identities_; }
  [[nodiscard]] const std::map<std::string, int>& ids() const { return order_; }
  [[nodiscard]] const std::map<unsigned, Merge>& merges() const { return merges_; }

 private:
  std::map<std::string, int> order_;  ///< by id, as they came
  std::map<std::string, Profile> profiles_;
  std::map<std::string, std::string> into_;
  std::map<std::string, std::string> identities_;
  std::map<unsigned, Merge> merges_;
  int next_ = 0;
  unsigned merges_made_ = 0;
};

}  // namespace tagline::ingest
