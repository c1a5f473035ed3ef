// What looking over many tags costs: near duplicates and the other findings of thousands of flags,
// and taking away values that have expired.
//   health_bench FOLDER [USERS] [TAGS]
// FOLDER is made anew: TAGS flags of 0.01 to 30 % of USERS; every hundredth is another with one
// member in fifty left out, and those, and no others, must be found. One thread.
#include "ingest/expiry.h"
#include "server/service.h"
#include "server/tag_health.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tagline;  // NOLINT(google-build-using-namespace): a program of one file
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::int64_t kDay = 86'400;

double s_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "health_bench: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    fail(result.error().message().en);
  }
  return std::move(*result);
}
void must(const Status& status) {
  if (!status.has_value()) {
    fail(status.error().message().en);
  }
}

Status add_people(storage::WriteTxn& txn, std::uint32_t users) {
  constexpr std::uint32_t kTogether = 1U << 20U;
  for (std::uint32_t first = 0; first < users; first += kTogether) {
    std::vector<std::string> texts;
    for (std::uint32_t user = first; user < std::min(users, first + kTogether); ++user) {
      texts.push_back("u" + std::to_string(user));
    }
    TAGLINE_RETURN_IF_ERROR(
        txn.add_users(std::vector<std::string_view>(texts.begin(), texts.end())));
  }
  return {};
}

/// By shard, within it, ascending.
using Members = std::vector<std::vector<std::uint32_t>>;

template <class Next>
Members members_of(std::uint32_t users, const Next& next) {
  Members members((users + engine::kShardUsers - 1) / engine::kShardUsers);
  for (std::uint64_t user = next(-1); user < users; user = next(static_cast<std::int64_t>(user))) {
    members[user / engine::kShardUsers].push_back(
        static_cast<std::uint32_t>(user % engine::kShardUsers));
  }
  return members;
}

void put_flag(storage::Store& store, const std::string& name, const Members& members) {
  must(store.write([&](storage::WriteTxn& txn) -> Status {
    storage::TagRecord tag;
    tag.name = name;
    tag.kind = engine::TagKind::Flag;
    TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId field, txn.put_tag(tag));
    for (std::size_t shard = 0; shard < members.size(); ++shard) {
      TAGLINE_RETURN_IF_ERROR(txn.put_fragment({field, 0}, static_cast<engine::ShardId>(shard),
                                               engine::Bitmap::of(members[shard])));
    }
    return {};
  }));
}

/// The pairs that are alike.
std::set<std::pair<std::string, std::string>> fill(storage::Store& store, std::uint32_t users,
                                                   unsigned tags) {
  std::mt19937_64 random(7);
  std::set<std::pair<std::string, std::string>> pairs;
  must(store.write([&](storage::WriteTxn& txn) { return add_people(txn, users); }));
  Members before;
  for (unsigned n = 0; n < tags; ++n) {
    const std::string name = "t" + std::to_string(n);
    if (n % 100 == 99) {
      pairs.emplace(name, "t" + std::to_string(n - 1));
      for (auto& members : before) {
        std::size_t at = 0;
        std::erase_if(members, [&](std::uint32_t) { return at++ % 50 == 49; });
      }
    } else {
      const double share = std::pow(10.0, -4.0 + 3.48 * static_cast<double>(n % 97) / 96);
      std::geometric_distribution<std::int64_t> gap(share);
      before = members_of(users, [&](std::int64_t last) {
        return static_cast<std::uint64_t>(last + 1 + gap(random));
      });
    }
    put_flag(store, name, before);
  }
  return pairs;
}

/// A tenth of everybody has had a value for two days, of a tag whose values live for one; the first
/// of them for half a day.
constexpr std::uint32_t kFresh = 1'000;
std::uint64_t make_short_lived(storage::Store& store, std::uint32_t users) {
  const Members members = members_of(users, [](std::int64_t last) {
    return static_cast<std::uint64_t>(last < 0 ? 0 : last + 10);
  });
  put_flag(store, "short_lived", members);
  must(store.write([&](storage::WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn.tags());
    return txn.set_life(tags.back().field, {true, kDay}, kNow - 2 * kDay);
  }));
  must(store.write([&](storage::WriteTxn& txn) -> Status {
    const engine::Bitmap fresh =
        engine::Bitmap::of(std::span(members.front()).first(std::size_t{kFresh}));
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, txn.tags());
    return txn.put_times(tags.back().times, 0, fresh, fresh, kNow - kDay / 2);
  }));
  std::uint64_t expired = 0;
  for (const auto& of_shard : members) {
    expired += of_shard.size();
  }
  return expired - kFresh;
}

std::uint64_t count(server::Service& service, const char* expression) {
  server::QueryRequest request;
  request.expression = expression;
  request.threads = 1;
  const auto answer = service.query(request);
  if (!answer.has_value()) {
    fail(std::string(expression) + " is not answered");
  }
  return answer->count;
}

void look_over(server::Service& service,
               const std::set<std::pair<std::string, std::string>>& expected) {
  server::TagHealthOptions options;
  options.now_s = kNow;
  options.asked.emplace();
  const auto began = Clock::now();
  const auto health = must(server::tag_health(service, options));
  const double took = s_since(began);
  std::set<std::pair<std::string, std::string>> found;
  std::uint64_t others = 0;
  for (const auto& finding : health.findings) {
    if (finding.finding == server::HealthFinding::NearDuplicate) {
      found.emplace(finding.tag, finding.other);
    } else {
      ++others;
    }
  }
  if (found != expected || health.not_compared != 0) {
    fail("other near duplicates than those made: " + std::to_string(found.size()) + " of " +
         std::to_string(expected.size()));
  }
  std::printf(
      "health of %llu tags of %llu people: %.2f s; %zu near duplicates, %llu other findings\n",
      static_cast<unsigned long long>(health.tags),
      static_cast<unsigned long long>(health.population), took, found.size(),
      static_cast<unsigned long long>(others));
}

void expire(server::Service& service, std::uint64_t expected) {
  std::uint64_t gone = 0;
  double longest = 0;
  std::size_t steps = 0;
  const auto began = Clock::now();
  while (true) {
    const auto step_began = Clock::now();
    const auto step = must(ingest::expire_some(service.store(), kNow, 4'096));
    longest = std::max(longest, s_since(step_began));
    gone += step.values;
    ++steps;
    if (!step.more) {
      break;
    }
  }
  const double took = s_since(began);
  if (gone != expected || count(service, "short_lived") != kFresh) {
    fail("other values have expired than should");
  }
  std::printf("%llu values expired in %zu steps: %.2f s, the longest step %.1f ms\n",
              static_cast<unsigned long long>(gone), steps, took, longest * 1e3);
}

}  // namespace

int main(int argc, char** arguments) {
  if (argc < 2) {
    fail("FOLDER [USERS] [TAGS]");
  }
  const std::string folder = arguments[1];
  const auto users =
      static_cast<std::uint32_t>(argc > 2 ? std::strtoul(arguments[2], nullptr, 10) : 10'000'000);
  const auto tags =
      static_cast<unsigned>(argc > 3 ? std::strtoul(arguments[3], nullptr, 10) : 3'000);
  std::filesystem::remove_all(folder);
  storage::OpenOptions options;
  options.mode = storage::OpenMode::Create;
  const auto service = must(server::Service::open(folder, options));
  const auto pairs = fill(service->store(), users, tags);
  look_over(*service, pairs);
  const std::uint64_t expired = make_short_lived(service->store(), users);
  expire(*service, expired);
  if (!must(service->verify({})).clean()) {
    fail("verify finds damage");
  }
  return 0;
}
