// The 26 queries of the peers' kit on this engine, reading the database file.
//
//   peers_bench DB LABEL [--threads N] [--answers FILE] [--query QID]
//
// DB holds the kit's users.csv and events.csv, loaded by `tagline load` (bench/beside_peers does
// all of it). One line a query, as the kit's own runners print theirs: engine, label, threads,
// query, median ms, least ms, runs, answer. What is timed is the way from a checked expression to
// the answer: lowering, rewriting, compiling, running. With --answers every answer is compared
// first, and a difference fails the run.
#include "dsl/check.h"
#include "dsl/lower.h"
#include "engine/counts.h"
#include "engine/execute.h"
#include "engine/number_summary.h"
#include "engine/overlap.h"
#include "engine/page.h"
#include "engine/ranking.h"
#include "engine/row_counts.h"
#include "engine/sweep.h"
#include "server/vocabulary.h"
#include "storage/store.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace tagline;
using engine::FieldId;
using engine::NodeId;
using engine::Plan;
using engine::RowKey;
using engine::Sweep;

/// The kit's hash of a sequence of numbers.
class Hash {
 public:
  void add(std::uint64_t value) {
    hash_ = (hash_ ^ static_cast<std::uint32_t>(value)) * 16777619U;
    hash_ = (hash_ ^ static_cast<std::uint32_t>(value >> 32U)) * 16777619U;
  }
  [[nodiscard]] std::string text(std::size_t size) const {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%zu,%08x", size, hash_);
    return buffer;
  }

 private:
  std::uint32_t hash_ = 2166136261U;
};

/// What cannot go on ends the bench with its message.
template <class T>
T value_of(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error(result.error().message().en);
  }
  return std::move(result).value();
}

std::string cities(int first, int last) {
  std::string list = "city:(";
  for (int city = first; city <= last; ++city) {
    char name[8];
    std::snprintf(name, sizeof name, "c%03d", city);
    list += (city == first ? "" : ", ") + std::string(name);
  }
  return list + ")";
}

enum class Kind { Count, Sum, Top, ByCity, Profile, Matrix, Pareto, List, Members, Export };

struct Query {
  std::string id;
  Kind kind;
  std::string expression;  ///< Matrix: ten, a line each
  std::string tag;         ///< Sum
};

std::vector<Query> queries() {
  const std::string s = "gender:m AND city_tier:(tier1, tier2) AND age:25-44";
  const std::string nest =
      "((gender:m AND (age:18-24 OR age:35-44)) OR (vip AND NOT churn_risk)) AND "
      "(city_tier:(tier1, tier2) OR (" +
      cities(60, 90) +
      " AND NOT device:d3)) AND NOT (sleeping OR (member_level:L1 AND NOT interest:i007)) AND "
      "(interest:i003 OR interest:i011 OR (interest:i020 AND interest:i040))";
  const std::string segments =
      "gender:f\ngender:m AND age:18-34\ncity_tier:tier1\n" + cities(10, 59) +
      "\ninterest:i000\ninterest:(i005, i017, i033) AND NOT sleeping\n"
      "last_active:last 7d\nvip\nchurn_risk AND member_level:(L3, L4, L5)\n"
      "did(purchase, in:last 30d)";
  return {
      {"Q01", Kind::Count, "city:c000", ""},
      {"Q02", Kind::Count, "gender:m AND city_tier:tier1", ""},
      {"Q03", Kind::Count, "gender:m AND city_tier:tier1 AND member_level:L2", ""},
      {"Q04", Kind::Count,
       "gender:f AND city_tier:tier1 AND device:d7 AND member_level:L1 AND interest:i000 AND "
       "interest:i001 AND interest:i002 AND sleeping",
       ""},
      {"Q05", Kind::Count, cities(10, 59), ""},
      {"Q06", Kind::Count, "age:25-34", ""},
      {"Q07", Kind::Count, "spend:100.00-500.00", ""},
      {"Q08", Kind::Count, "NOT churn_risk", ""},
      {"Q09", Kind::Count, nest, ""},
      {"Q10", Kind::Count, "city:c150 AND vip AND gender:f AND interest:i005", ""},
      {"Q11", Kind::Count, "interest:i199 AND NOT sleeping", ""},
      {"Q12", Kind::Count,
       "at_least(3, interest:i000, interest:i002, interest:i004, interest:i008, interest:i016, "
       "interest:i032, interest:i064, interest:i128)",
       ""},
      {"Q13", Kind::Count, "last_active:last 7d", ""},
      {"Q14", Kind::Count, "did(purchase, in:last 30d) AND NOT did(purchase, in:last 7d)", ""},
      {"Q15", Kind::Count, "did(view, streak >= 3, in:last 30d)", ""},
      {"Q16", Kind::Count, "did(view, days >= 5, in:last 30d)", ""},
      {"Q17", Kind::Sum, s, "spend"},
      {"Q18", Kind::Top, s, "spend"},
      {"Q19", Kind::Sum, "interest:i003 AND last_active:last 30d AND NOT churn_risk", "age"},
      {"Q20", Kind::ByCity, s, ""},
      {"Q21", Kind::Profile, s, ""},
      {"Q22", Kind::Matrix, segments, ""},
      {"Q23", Kind::Pareto, s, "spend"},
      {"Q24", Kind::List, s, ""},
      {"Q25", Kind::Members, nest, ""},
      {"Q26", Kind::Export, "gender:m AND NOT churn_risk AND age:25-34", ""},
  };
}

class Runner {
 public:
  Runner(const storage::Snapshot& snapshot, unsigned threads)
      : snapshot_(snapshot), catalogue_(value_of(server::vocabulary_of(snapshot))) {
    options_.threads = threads;
    using namespace std::chrono;
    check_.as_of = sys_days(2025y / June / 30);
  }

  /// Checks the expressions once; running the query is what is timed.
  std::function<std::string()> prepare(const Query& query) {
    std::vector<dsl::Bound> bounds;
    std::istringstream lines(query.expression);
    for (std::string line; std::getline(lines, line);) {
      dsl::Checked checked = dsl::check(line, catalogue_, check_);
      if (!checked.ok) {
        throw std::runtime_error(query.id + ": " + checked.errors.front().message.en);
      }
      bounds.push_back(std::move(checked.bound));
    }
    return [this, query, bounds = std::move(bounds)] { return run(query, bounds); };
  }

 private:
  std::string run(const Query& query, const std::vector<dsl::Bound>& bounds) {
    Plan plan;
    std::vector<NodeId> roots;
    for (const dsl::Bound& bound : bounds) {
      roots.push_back(dsl::lower(bound, plan));
    }
    switch (query.kind) {
      case Kind::Count:
        return std::to_string(value_of(engine::count(plan, roots.front(), snapshot_, options_)));
      case Kind::Members:
        return members(plan, roots.front());
      case Kind::Matrix:
        return matrix(sweep_of(plan, roots, engine::Answers::Together));
      case Kind::Sum:
      case Kind::Top:
      case Kind::ByCity:
      case Kind::Profile:
      case Kind::Pareto:
      case Kind::List:
      case Kind::Export:
        break;
    }
    return read(query, sweep_of(plan, roots, engine::Answers::InTurn));
  }

  Sweep sweep_of(Plan& plan, const std::vector<NodeId>& roots, engine::Answers answers) {
    return value_of(Sweep::prepare(plan, roots, snapshot_, options_, answers));
  }

  std::string read(const Query& query, const Sweep& sweep) {
    switch (query.kind) {
      case Kind::Sum: {
        const auto totals = value_of(engine::number_totals(sweep, field(query.tag)));
        return std::to_string(totals.front().users) + "," +
               std::to_string(static_cast<std::int64_t>(totals.front().sum));
      }
      case Kind::Top: {
        Hash hash;
        const auto users =
            value_of(engine::ranked_users(sweep, field(query.tag), engine::Rank::Largest, 100));
        for (const engine::RankedUser& user : users) {
          hash.add(user.user);
          hash.add(static_cast<std::uint64_t>(user.value));
        }
        return hash.text(users.size());
      }
      case Kind::ByCity: {
        Hash hash;
        const auto rows = rows_of("city");
        const auto counts = value_of(engine::row_counts(sweep, rows));
        for (const std::uint64_t users : counts.front()) {
          hash.add(users);
        }
        return hash.text(rows.size());
      }
      case Kind::Profile:
        return profile(sweep);
      case Kind::Pareto: {
        const auto found = value_of(engine::concentration(sweep, field(query.tag), 800'000));
        return std::to_string(found->users) + "," +
               std::to_string(static_cast<std::int64_t>(found->held));
      }
      case Kind::List: {
        Hash hash;
        const auto users = value_of(engine::page(sweep, 0, 1000, false)).users;
        for (const engine::UserIndex user : users) {
          hash.add(user);
        }
        return hash.text(users.size());
      }
      case Kind::Export:
        return exported(sweep);
      case Kind::Count:
      case Kind::Members:
      case Kind::Matrix:
        break;
    }
    return {};
  }

  /// Gender, age by year, tier, city, device, level, interest and three flags, 602 counts.
  std::string profile(const Sweep& sweep) {
    std::vector<RowKey> rows = {{field("gender"), engine::kExistsRow}};
    const std::size_t first_gender = rows.size();
    const auto add = [&](const std::vector<RowKey>& more) {
      rows.insert(rows.end(), more.begin(), more.end());
    };
    add(rows_of("gender"));
    const std::size_t after_gender = rows.size();
    for (const char* tag : {"city_tier", "city", "device", "member_level", "interest"}) {
      add(rows_of(tag));
    }
    for (const char* flag : {"churn_risk", "vip", "sleeping"}) {
      add({{field(flag), engine::kFlagRow}});
    }
    const auto users = value_of(engine::row_counts(sweep, rows)).front();
    const auto ages =
        value_of(engine::number_histogram(sweep, field("age"), engine::Bins{13, 1, 78}));
    // Rows are read in one pass; the whole is one more count.
    const std::uint64_t all = value_of(engine::counts(sweep)).front();
    Hash hash;
    hash.add(all - users[0]);
    for (std::size_t i = first_gender; i < after_gender; ++i) {
      hash.add(users[i]);
    }
    for (const std::uint64_t age : ages) {
      hash.add(age);
    }
    for (std::size_t i = after_gender; i < users.size(); ++i) {
      hash.add(users[i]);
    }
    return hash.text(users.size() + ages.size());
  }

  std::string matrix(const Sweep& sweep) {
    Hash hash;
    const auto counts = value_of(engine::overlap_counts(sweep));
    const std::size_t size = sweep.program().answers.size();
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i; j < size; ++j) {
        hash.add(counts[i * size + j]);
      }
    }
    return hash.text(size * (size + 1) / 2);
  }

  /// Are these 1,000 users in it? They are a row of their own, so blocks without them are skipped.
  std::string members(Plan& plan, NodeId root) {
    const auto mix = [](std::uint64_t z) {
      z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
      return z ^ (z >> 31U);
    };
    std::vector<std::uint32_t> asked;
    for (std::uint64_t j = 0; j < 1000; ++j) {
      asked.push_back(static_cast<std::uint32_t>(mix(12345 + j) % snapshot_.user_limit()));
    }
    const engine::Bitmap found =
        value_of(engine::members_among(plan, root, asked, snapshot_, options_));
    Hash hash;
    std::size_t users = 0;
    for (const std::uint32_t user : asked) {
      const bool in = found.contains(user);
      users += in ? 1U : 0U;
      hash.add(in ? 1 : 0);
    }
    return hash.text(users);
  }

  /// As the kit does: every id is written out each time, but hashed only once.
  std::string exported(const Sweep& sweep) {
    std::vector<engine::UserIndex>& users = ids_;
    users.clear();
    const Status status =
        engine::each_page(sweep, [&](std::span<const engine::UserIndex> some) -> Result<bool> {
          users.insert(users.end(), some.begin(), some.end());
          return true;
        });
    if (!status.has_value()) {
      throw std::runtime_error(status.error().message().en);
    }
    if (export_.empty()) {
      Hash hash;
      for (const engine::UserIndex user : users) {
        hash.add(user);
      }
      export_ = hash.text(users.size());
    }
    return export_;
  }

  const dsl::Tag& tag(const std::string& name) const {
    return *std::find_if(catalogue_.tags.begin(), catalogue_.tags.end(),
                         [&](const dsl::Tag& each) { return each.name == name; });
  }
  FieldId field(const std::string& name) const { return tag(name).field; }
  /// By name: the kit counts from the first city to the last.
  std::vector<RowKey> rows_of(const std::string& name) const {
    std::map<std::string, RowKey> rows;
    for (const dsl::Value& value : tag(name).values) {
      rows[value.name] = {tag(name).field, value.row};
    }
    std::vector<RowKey> sorted;
    for (const auto& [value, row] : rows) {
      sorted.push_back(row);
    }
    return sorted;
  }

  const storage::Snapshot& snapshot_;
  const dsl::Catalogue catalogue_;
  engine::ExecuteOptions options_;
  dsl::CheckOptions check_;
  std::string export_;
  std::vector<engine::UserIndex> ids_;  ///< the caller's, kept from run to run
};

std::map<std::string, std::string> answers_in(const std::string& file) {
  std::map<std::string, std::string> answers;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string id;
    std::string kind;
    std::string answer;
    std::getline(fields, id, '\t');
    std::getline(fields, kind, '\t');
    std::getline(fields, answer, '\t');
    answers[id] = answer;
  }
  return answers;
}

struct Options {
  std::string db;
  std::string label;
  unsigned threads = 1;
  std::string answers_file;
  std::string only;
};

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

/// Once to warm up and to compare, then for half a second: 7 runs at least, 2,000 at most.
bool bench(const Options& options, Runner& runner, const Query& query,
           const std::map<std::string, std::string>& answers) {
  constexpr double kMilliseconds = 500;
  const auto run = runner.prepare(query);
  const std::string answer = run();
  if (!answers.empty() && answers.at(query.id) != answer) {
    std::cerr << query.id << ": got " << answer << ", expected " << answers.at(query.id) << "\n";
    return false;
  }
  std::vector<double> times;
  const auto began = std::chrono::steady_clock::now();
  while (times.size() < 7 || (ms_since(began) < kMilliseconds && times.size() < 2000)) {
    const auto start = std::chrono::steady_clock::now();
    if (run() != answer) {
      std::cerr << query.id << ": another answer the second time\n";
      return false;
    }
    times.push_back(ms_since(start));
  }
  std::sort(times.begin(), times.end());
  std::printf("tagline\t%s\t%u\t%s\t%.4f\t%.4f\t%zu\t%s\n", options.label.c_str(), options.threads,
              query.id.c_str(), times[times.size() / 2], times.front(), times.size(),
              answer.c_str());
  std::fflush(stdout);
  return true;
}

int run(const Options& options) {
  const auto answers = options.answers_file.empty() ? std::map<std::string, std::string>()
                                                    : answers_in(options.answers_file);
  storage::OpenOptions open;
  open.mode = storage::OpenMode::Read;
  const auto store = value_of(storage::Store::open(options.db, open));
  bool fine = true;
  const Status status = store->read([&](const storage::Snapshot& snapshot) -> Status {
    Runner runner(snapshot, options.threads);
    for (const Query& query : queries()) {
      if (options.only.empty() || options.only == query.id) {
        fine = bench(options, runner, query, answers) && fine;
      }
    }
    return {};
  });
  if (!status.has_value()) {
    throw std::runtime_error(status.error().message().en);
  }
  return fine ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "peers_bench DB LABEL [--threads N] [--answers FILE] [--query QID]\n";
    return 2;
  }
  Options options{argv[1], argv[2], 1, "", ""};
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--threads") {
      options.threads = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
    } else if (name == "--answers") {
      options.answers_file = argv[i + 1];
    } else if (name == "--query") {
      options.only = argv[i + 1];
    }
  }
  try {
    return run(options);
  } catch (const std::exception& problem) {
    std::cerr << "peers_bench: " << problem.what() << "\n";
    return 1;
  }
}
