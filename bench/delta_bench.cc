// What changes beside the fragments cost: a commit of 1,000 changes while 10,000, 100,000 and
// 1,000,000 lie there, queries over them and over the folded base, folding in steps, and reading
// the records at the next opening.
//   delta_bench FOLDER [USERS]
// FOLDER is made anew. Every count is compared with plain loops before it is measured.
#include "server/service.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace tagline;  // NOLINT(google-build-using-namespace): a program of one file
using Clock = std::chrono::steady_clock;

constexpr std::size_t kOfACommit = 1'000;
constexpr unsigned kCities = 50;
constexpr unsigned kAges = 80;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double at(std::vector<double> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "delta_bench: %s\n", what.c_str());
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

/// What users have, as plainly as can be.
struct Model {
  explicit Model(std::uint32_t users) : vip(users), city(users), age(users) {}
  std::vector<std::uint8_t> vip;
  std::vector<std::uint8_t> city;  ///< from 1
  std::vector<std::uint8_t> age;
};

engine::FieldId put_tag(storage::WriteTxn& txn, const char* name, engine::TagKind kind) {
  storage::TagRecord tag;
  tag.name = name;
  tag.kind = kind;
  return must(txn.put_tag(tag));
}

constexpr engine::FieldId kVip = 1;
constexpr engine::FieldId kCity = 2;
constexpr engine::FieldId kAge = 3;

void fill(storage::Store& store, const Model& model) {
  const auto users = static_cast<std::uint32_t>(model.vip.size());
  must(store.write([&](storage::WriteTxn& txn) -> Status {
    std::vector<std::string> texts;
    for (std::uint32_t user = 0; user < users; ++user) {
      texts.push_back("u" + std::to_string(user));
    }
    const std::vector<std::string_view> ids(texts.begin(), texts.end());
    must(txn.add_users(ids));
    put_tag(txn, "vip", engine::TagKind::Flag);
    put_tag(txn, "city", engine::TagKind::Category);
    put_tag(txn, "age", engine::TagKind::Number);
    std::vector<storage::ValueRecord> cities;
    for (unsigned city = 1; city <= kCities; ++city) {
      cities.push_back({city, "c" + std::to_string(city), {}, {}});
    }
    must(txn.put_values(kCity, cities));
    const auto put = [&](engine::RowKey row, const auto& in) {
      for (std::uint32_t first = 0; first < users; first += engine::kShardUsers) {
        std::vector<std::uint32_t> members;
        for (std::uint32_t user = first; user < std::min(users, first + engine::kShardUsers);
             ++user) {
          if (in(user)) {
            members.push_back(user - first);
          }
        }
        must(txn.put_fragment(row, engine::shard_of(first), engine::Bitmap::of(members)));
      }
    };
    put({kVip, 0}, [&](std::uint32_t user) { return model.vip[user] != 0; });
    put({kCity, 0}, [](std::uint32_t) { return true; });
    put({kAge, 0}, [](std::uint32_t) { return true; });
    for (unsigned city = 1; city <= kCities; ++city) {
      put({kCity, city}, [&](std::uint32_t user) { return model.city[user] == city; });
    }
    for (unsigned bit = 0; bit < 7; ++bit) {
      put({kAge, engine::kFirstBitRow + bit},
          [&](std::uint32_t user) { return (model.age[user] >> bit & 1U) != 0; });
    }
    return {};
  }));
}

std::vector<storage::Change> changes_of(Model& model, std::mt19937_64& random) {
  using storage::CellShape;
  std::vector<storage::Change> changes;
  for (std::size_t i = 0; i < kOfACommit; ++i) {
    const auto user = static_cast<std::uint32_t>(random() % model.vip.size());
    switch (random() % 3) {
      case 0:
        model.vip[user] = static_cast<std::uint8_t>(random() % 2);
        changes.push_back({kVip, CellShape::Bit, 0, user,
                           model.vip[user] != 0 ? std::optional<std::int64_t>(1) : std::nullopt});
        break;
      case 1:
        model.city[user] = static_cast<std::uint8_t>(1 + random() % kCities);
        changes.push_back({kCity, CellShape::Choice, 0, user, model.city[user]});
        break;
      default:
        model.age[user] = static_cast<std::uint8_t>(random() % kAges);
        changes.push_back({kAge, CellShape::Number, 0, user, model.age[user]});
    }
  }
  return changes;
}

struct Question {
  const char* text;
  bool (*holds)(const Model&, std::size_t);
};
constexpr Question kQuestions[] = {
    {"vip AND city:c7",
     [](const Model& m, std::size_t u) { return m.vip[u] != 0 && m.city[u] == 7; }},
    {"age:25-34", [](const Model& m, std::size_t u) { return m.age[u] >= 25 && m.age[u] <= 34; }},
    {"NOT vip AND age>=40 AND (city:c1 OR city:c2 OR city:c3)",
     [](const Model& m, std::size_t u) {
       return m.vip[u] == 0 && m.age[u] >= 40 && m.city[u] >= 1 && m.city[u] <= 3;
     }},
};

/// Times of each question; every answer is compared.
void ask(server::Service& service, const Model& model, const char* when) {
  for (const Question& question : kQuestions) {
    std::uint64_t expected = 0;
    for (std::size_t user = 0; user < model.vip.size(); ++user) {
      expected += question.holds(model, user) ? 1U : 0U;
    }
    server::QueryRequest request;
    request.expression = question.text;
    request.threads = 1;
    std::vector<double> times;
    for (int i = 0; i < 101; ++i) {
      const auto asked = Clock::now();
      const auto answer = service.query(request);
      times.push_back(ms_since(asked));
      if (!answer.has_value() || answer->count != expected) {
        fail(std::string(question.text) + ": another count than plain loops");
      }
    }
    std::printf("%-28s %-56s first %.3f ms   median %.3f ms   p99 %.3f ms\n", when, question.text,
                times.front(), at(times, 0.5), at(times, 0.99));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    fail("FOLDER [USERS]");
  }
  const std::string folder = arguments[1];
  const auto users =
      static_cast<std::uint32_t>(count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 1'000'000);
  std::filesystem::remove_all(folder);
  storage::OpenOptions options;
  options.mode = storage::OpenMode::Create;
  auto service = must(server::Service::open(folder, options));
  std::mt19937_64 random(11);
  Model model(users);
  for (std::uint32_t user = 0; user < users; ++user) {
    model.vip[user] = random() % 10 == 0 ? 1 : 0;
    model.city[user] = static_cast<std::uint8_t>(1 + random() % kCities);
    model.age[user] = static_cast<std::uint8_t>(random() % kAges);
  }
  fill(service->store(), model);
  ask(*service, model, "folded");
  std::vector<double> times;
  std::size_t done = 0;
  for (const std::size_t most : {10'000UL, 100'000UL, 1'000'000UL}) {
    times.clear();
    for (; done < most; done += kOfACommit) {
      auto changes = changes_of(model, random);
      const auto began = Clock::now();
      must(service->store().write([&](storage::WriteTxn& txn) { return txn.change(changes); }));
      times.push_back(ms_since(began));
    }
    const std::vector<double> last(
        times.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(times.size(), 50)),
        times.end());
    std::printf(
        "commit of 1,000 changes beside %7zu: median %.3f ms, longest of the last %zu %.3f ms\n",
        most, at(last, 0.5), last.size(), at(last, 1));
    ask(*service, model, (std::to_string(most) + " beside").c_str());
  }
  service.reset();
  options.mode = storage::OpenMode::Write;
  const auto opening = Clock::now();
  service = must(server::Service::open(folder, options));
  must(service->standing().map([](const auto&) {}));
  std::printf("opening and reading the records: %.1f ms\n", ms_since(opening));
  times.clear();
  storage::FoldMark mark;
  while (!mark.done) {
    const auto began = Clock::now();
    storage::FoldMark next;
    must(service->store().write([&](storage::WriteTxn& txn) -> Status {
      next = must(txn.fold_step(mark, std::chrono::microseconds(2'000)));
      return {};
    }));
    mark = next;
    times.push_back(ms_since(began));
  }
  std::printf("folding: %zu steps, median %.2f ms, p99 %.2f ms, longest %.2f ms\n", times.size(),
              at(times, 0.5), at(times, 0.99), at(times, 1));
  ask(*service, model, "folded again");
  if (!must(service->verify({})).clean()) {
    fail("verify finds damage");
  }
  return 0;
}
