#include "server/api/floored_counts.h"

#include "dsl/check.h"
#include "server/api/chosen_people.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tagline::server {
namespace {

constexpr unsigned kTriesMax = 16;
/// Counted for one request, so that a batch of one group in a thousand spellings costs no hours.
constexpr std::size_t kPairsMax = 2'000;
constexpr std::size_t kPairBytesMax = std::size_t{16} << 20U;  ///< of their expressions

using Told = AskedCounts::Told;

Error choosing() {
  return Error(
      ErrorCode::Forbidden,
      {"top, bottom, sample and lookalike make groups of a known size, which callers with a "
       "privacy floor may not ask about",
       "top、bottom、sample、lookalike 会得到人数已知的人群，设有隐私下限的调用者不能使用"},
      {"write the condition itself, e.g. spend > 1000", "请直接写条件，例如 spend > 1000"});
}

Error cannot_be_compared() {
  return Error(ErrorCode::Forbidden,
               {"the answer cannot be held against what you were told before, so it is not given",
                "无法与此前的回答进行比对，因此不提供该结果"},
               {"ask a shorter expression, or fewer at once that are nearly the same",
                "请使用更短的表达式，或减少一次查询中近乎相同的表达式"});
}

Error too_many() {
  const std::string most = std::to_string(AskedCounts::kToldMax);
  return Error(ErrorCode::Forbidden,
               {"with a privacy floor " + most +
                    " different questions are answered within 24 hours, or "
                    "fewer long ones",
                "设有隐私下限时，24 小时内最多回答 " + most + " 个不同的问题（长问题更少）"},
               {"repeat earlier questions as they were written, or wait until those are a day old",
                "请按原写法重复此前的问题，或等它们满一天"});
}

std::uint64_t apart(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : b - a;
}

/// Whether sets of a and b people can be so near that a count of both has to tell.
bool may_be_near(std::uint64_t a, std::uint64_t b, std::uint64_t population, std::uint64_t floor) {
  return apart(a, b) < floor || apart(a + b, population) < floor;
}

/// Whether they are. True too for a number that cannot be.
bool are_near(std::uint64_t a, std::uint64_t b, std::uint64_t both, std::uint64_t population,
              std::uint64_t floor) {
  if (both > std::min(a, b) || a + b - both > population) {
    return true;
  }
  const std::uint64_t in_one = a + b - 2 * both;
  return in_one < floor || population - in_one < floor;
}

/// One go at the answer, over one state of the data or not at all.
class Go {
 public:
  Go(const Call& call, std::span<const std::string> expressions, AskedCounts::Known& known)
      : call_(call), expressions_(expressions), told_(known.told), floor_(call.caller.floor) {}

  /// False: the state changed meanwhile.
  [[nodiscard]] Result<bool> run(bool count_all) {
    TAGLINE_ASSIGN_OR_RETURN(const bool counted, count(count_all));
    if (!counted) {
      return false;
    }
    TAGLINE_RETURN_IF_ERROR(refuse_choosing());
    find_pairs();
    TAGLINE_ASSIGN_OR_RETURN(const bool compared, count_pairs());
    if (compared) {
      decide();
    }
    return compared;
  }

  [[nodiscard]] FlooredCounts take() { return std::move(found_); }

 private:
  /// An earlier answer, or one of this request.
  struct Other {
    bool earlier = false;
    std::size_t place = 0;
  };
  struct Pair {
    std::size_t place = 0;
    Other other;
    std::optional<std::uint64_t> both;
    std::optional<Error> fault;
  };

  [[nodiscard]] Result<bool> count(bool count_all) {
    std::vector<std::string> all(expressions_.begin(), expressions_.end());
    std::vector<std::size_t> again;
    const auto version = call_.api.service.store().newest_version();
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (count_all || told_[i].counted.version != version) {
        again.push_back(i);
        all.push_back(told_[i].expression);
      }
    }
    found_.counts.resize(expressions_.size());
    std::optional<Error> fault;
    std::vector<std::size_t> gone;
    QueryRequest how = call_.query(expressions_.front(), std::nullopt);
    auto batch = call_.api.service.batch(all, how, [&](std::size_t i, Outcome<Answer> outcome) {
      if (i < expressions_.size()) {
        found_.counts[i].outcome = std::move(outcome);
        return;
      }
      Told& told = told_[again[i - expressions_.size()]];
      if (outcome.has_value()) {
        told.count = outcome->count;
        told.counted = {outcome->version, outcome->as_of};
      } else if (outcome.error().error.has_value()) {
        fault = outcome.error().error;
      } else {
        gone.push_back(again[i - expressions_.size()]);  // its names are no longer there
      }
    });
    if (!batch.has_value()) {
      return tl::unexpected(batch.error());
    }
    if (fault.has_value()) {
      return tl::unexpected(*fault);
    }
    found_.batch = std::move(*batch);
    std::for_each(gone.rbegin(), gone.rend(), [this](std::size_t i) {
      told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(i));
    });
    state_ = {found_.batch.version, found_.batch.as_of};
    return std::all_of(told_.begin(), told_.end(),
                       [this](const Told& told) { return told.counted == state_; });
  }

  [[nodiscard]] Status refuse_choosing() {
    return call_.api.service.with_catalogue(
        found_.batch.as_of,
        [this](const dsl::Catalogue& catalogue, const dsl::CheckOptions& given) {
          for (std::size_t i = 0; i < expressions_.size(); ++i) {
            Outcome<Answer>& outcome = found_.counts[i].outcome;
            if (!outcome.has_value()) {
              continue;
            }
            const auto checked = dsl::check(expressions_[i], catalogue, call_.checking(given));
            if (!checked.ok) {
              outcome = tl::unexpected(Refusal(cannot_be_compared()));
            } else if (chooses_people(checked.bound)) {
              outcome = tl::unexpected(Refusal(choosing()));
            }
          }
        });
  }

  void find_pairs() {
    for (std::size_t i = 0; i < told_.size(); ++i) {
      known_.emplace(told_[i].expression, i);
    }
    const std::uint64_t population = found_.batch.population;
    std::vector<std::size_t> before;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < found_.counts.size(); ++i) {
      FlooredCount& one = found_.counts[i];
      if (!one.outcome.has_value()) {
        continue;
      }
      Answer& answer = *one.outcome;
      if (is_suppressed(answer.count, population, floor_)) {
        suppress(one);
        continue;
      }
      const auto known = known_.find(answer.expression);
      if (known != known_.end() && told_[known->second].told == state_) {
        continue;  // was compared with all others then
      }
      const std::size_t pairs = pairs_.size();
      const std::size_t bytes_before = bytes;
      for (std::size_t j = 0; j < told_.size(); ++j) {
        if (told_[j].expression != answer.expression &&
            may_be_near(answer.count, told_[j].count, population, floor_)) {
          pairs_.push_back({i, {true, j}, {}, {}});
          bytes += answer.expression.size() + told_[j].expression.size();
        }
      }
      for (const std::size_t j : before) {
        const Answer& earlier = *found_.counts[j].outcome;
        if (earlier.expression != answer.expression &&
            may_be_near(answer.count, earlier.count, population, floor_)) {
          pairs_.push_back({i, {false, j}, {}, {}});
          bytes += answer.expression.size() + earlier.expression.size();
        }
      }
      if (pairs_.size() > kPairsMax || bytes > kPairBytesMax) {
        pairs_.resize(pairs);
        bytes = bytes_before;
        one.outcome = tl::unexpected(Refusal(cannot_be_compared()));
      } else {
        before.push_back(i);
      }
    }
  }

  [[nodiscard]] const std::string& expression_of(const Other& other) const {
    return other.earlier ? told_[other.place].expression
                         : found_.counts[other.place].outcome->expression;
  }
  [[nodiscard]] std::uint64_t count_of(const Other& other) const {
    return other.earlier ? told_[other.place].count : found_.counts[other.place].outcome->count;
  }

  [[nodiscard]] Result<bool> count_pairs() {
    if (pairs_.empty()) {
      return true;
    }
    std::vector<std::string> both;
    for (const Pair& pair : pairs_) {
      both.push_back("(" + found_.counts[pair.place].outcome->expression + ") AND (" +
                     expression_of(pair.other) + ")");
    }
    QueryRequest how;
    how.as_of = found_.batch.as_of;
    how.threads = call_.api.options.threads;
    how.budget = &call_.budget;
    how.names = &call_.api.service.names();
    const auto batch =
        call_.api.service.batch(both, how, [this](std::size_t i, Outcome<Answer> outcome) {
          if (outcome.has_value()) {
            pairs_[i].both = outcome->count;
          } else {
            pairs_[i].fault = outcome.error().error;
          }
        });
    if (!batch.has_value()) {
      return tl::unexpected(batch.error());
    }
    return AskedCounts::State{batch->version, batch->as_of} == state_;
  }

  /// Whether this one is not told, by its pairs; `fault` when one could not be counted. One of this
  /// request that is not told itself is no reason.
  [[nodiscard]] bool is_near(std::size_t place, std::size_t& next,
                             std::optional<Error>& fault) const {
    bool near = false;
    for (; next < pairs_.size() && pairs_[next].place == place; ++next) {
      const Pair& pair = pairs_[next];
      if (!pair.other.earlier && !is_told(found_.counts[pair.other.place])) {
        continue;
      }
      if (!pair.both.has_value()) {
        fault = pair.fault.has_value() ? *pair.fault : cannot_be_compared();
        continue;
      }
      near = near || are_near(found_.counts[place].outcome->count, count_of(pair.other), *pair.both,
                              found_.batch.population, floor_);
    }
    return near;
  }
  [[nodiscard]] static bool is_told(const FlooredCount& one) {
    return one.outcome.has_value() && !one.suppressed;
  }
  static void suppress(FlooredCount& one) {
    one.outcome->count = 0;
    one.suppressed = true;
  }

  void decide() {
    const auto now = AskedCounts::Clock::now();
    std::size_t bytes = bytes_of(told_);
    std::size_t next = 0;
    std::vector<Told> fresh;
    for (std::size_t i = 0; i < found_.counts.size(); ++i) {
      FlooredCount& one = found_.counts[i];
      if (!is_told(one)) {
        continue;
      }
      std::optional<Error> why;
      if (is_near(i, next, why) && !why.has_value()) {
        suppress(one);
        continue;
      }
      const Answer& answer = *one.outcome;
      if (const auto known = known_.find(answer.expression);
          !why.has_value() && known != known_.end()) {
        if (known->second < told_.size()) {
          told_[known->second].told = state_;
          told_[known->second].asked = now;
        }
        continue;
      }
      const std::size_t more = answer.expression.size() + sizeof(Told);
      if (!why.has_value() && (told_.size() + fresh.size() >= AskedCounts::kToldMax ||
                               bytes + more > AskedCounts::kBytesMax)) {
        why = too_many();
      }
      if (why.has_value()) {
        one.outcome = tl::unexpected(Refusal(std::move(*why)));
        continue;
      }
      bytes += more;
      known_.emplace(answer.expression, told_.size() + fresh.size());
      fresh.push_back({answer.expression, answer.count, state_, state_, now});
    }
    std::move(fresh.begin(), fresh.end(), std::back_inserter(told_));
  }

  const Call& call_;
  const std::span<const std::string> expressions_;
  std::vector<Told>& told_;
  const std::uint64_t floor_;
  AskedCounts::State state_;
  std::unordered_map<std::string, std::size_t> known_;  ///< places of what was told
  std::vector<Pair> pairs_;                             ///< by the place of the first
  FlooredCounts found_;
};

/// Faults and warnings again, without the numbers of people that they would have: those are counts
/// too, and nobody has compared them with what this caller was told. A name that is gone by now
/// takes its warnings with it.
Status say_no_numbers(const Call& call, std::span<const std::string> expressions,
                      FlooredCounts& found) {
  const auto has_numbers = [](const FlooredCount& one) {
    return one.outcome.has_value() ? !one.outcome->warnings.empty()
                                   : !one.outcome.error().error.has_value();
  };
  if (std::none_of(found.counts.begin(), found.counts.end(), has_numbers)) {
    return {};
  }
  return call.api.service.with_catalogue(
      std::nullopt, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        for (std::size_t i = 0; i < expressions.size(); ++i) {
          FlooredCount& one = found.counts[i];
          if (!has_numbers(one)) {
            continue;
          }
          auto checked = dsl::check(expressions[i], catalogue, call.checking(options));
          if (one.outcome.has_value()) {
            one.outcome->warnings = std::move(checked.warnings);
          } else {
            one.outcome = tl::unexpected(checked.ok ? Refusal(cannot_be_compared())
                                                    : Refusal(std::move(checked.errors)));
          }
        }
      });
}

}  // namespace

bool is_suppressed(std::uint64_t count, std::uint64_t population, std::uint64_t floor) {
  return count < floor || count > population || population - count < floor;
}

Result<FlooredCounts> floored_counts(const Call& call, std::span<const std::string> expressions) {
  AskedCounts& asked = *call.api.told;
  bool count_all = false;
  for (unsigned i = 0; i < kTriesMax; ++i) {
    AskedCounts::Known known = asked.of(call.caller.key_id, AskedCounts::Clock::now());
    Go go(call, expressions, known);
    TAGLINE_ASSIGN_OR_RETURN(const bool done, go.run(count_all));
    if (!done) {
      count_all = true;
      continue;
    }
    FlooredCounts found = go.take();
    const auto put = asked.put(call.caller.key_id, std::move(known), AskedCounts::Clock::now());
    if (put == AskedCounts::Put::Full) {
      return tl::unexpected(too_many());
    }
    if (put == AskedCounts::Put::Done) {
      TAGLINE_RETURN_IF_ERROR(say_no_numbers(call, expressions, found));
      return found;
    }
  }
  return failure(ErrorCode::Busy,
                 {"other requests of yours, or writes, came in between each time",
                  "您的其他请求或数据写入反复抢先"},
                 {"try again in a second", "请一秒后重试"});
}

}  // namespace tagline::server
