// Real bitmap sets, each bitmap a tag value, its numbers the users: all pairwise counts and the
// wide or, beside CRoaring's own calls in the same run, one thread each.
//
//   real_sets_bench FOLDER [--json FILE] [--case NAME] [SET ...]
//
// FOLDER/SET/*.txt hold a bitmap each, as ascending numbers with commas between them (the sets of
// CRoaring's benchmarks/realdata, unpacked). The rows are in a MemorySource. Every answer is
// compared with CRoaring's before anything is timed. Times are processor time of the thread,
// medians of runs in turn; a ratio above 1 says that this engine is faster.
//
// "single" asks for every pair on its own: plan, rewriting, compiling and running each time. "at
// once" asks for the and-counts of all pairs by breakdowns (engine/row_counts.h) and has the other
// counts from those, as CRoaring does itself.
#include "engine/execute.h"
#include "engine/kernels.h"
#include "engine/memory_source.h"
#include "engine/row_counts.h"
#include "engine/sweep.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <roaring/roaring.h>

namespace {

using namespace tagline::engine;
using tagline::Result;

constexpr FieldId kValue = 1;

struct FreeBitmap {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};
using Peer = std::unique_ptr<roaring_bitmap_t, FreeBitmap>;

/// What cannot go on ends the bench with its message.
template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error(result.error().message().en);
  }
  return std::move(result).value();
}

std::vector<std::uint32_t> numbers_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; in >> number; in.ignore(1)) {
    numbers.push_back(number);
  }
  return numbers;
}

/// A set of bitmaps, for both.
struct Data {
  explicit Data(const std::filesystem::path& folder) : name(folder.filename().string()) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".txt") {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
    std::vector<std::vector<std::uint32_t>> members;
    std::uint32_t users = 0;
    for (const auto& file : files) {
      members.push_back(numbers_in(file));
      if (!members.back().empty()) {
        users = std::max(users, members.back().back() + 1);
      }
    }
    if (members.empty()) {
      throw std::runtime_error(folder.string() + " has no .txt files");
    }
    source = std::make_unique<MemorySource>(users);
    for (const std::vector<std::uint32_t>& each : members) {
      rows.push_back({kValue, kFirstValueRow + static_cast<RowId>(rows.size())});
      source->set_row(rows.back(), Bitmap::of(each));
      peers.emplace_back(roaring_bitmap_of_ptr(each.size(), each.data()));
      roaring_bitmap_run_optimize(peers.back().get());
      roaring_bitmap_shrink_to_fit(peers.back().get());
    }
  }
  [[nodiscard]] std::size_t size() const { return rows.size(); }
  [[nodiscard]] const roaring_bitmap_t* peer(std::size_t i) const { return peers[i].get(); }

  std::string name;
  std::unique_ptr<MemorySource> source;
  std::vector<RowKey> rows;
  std::vector<Peer> peers;
};

ExecuteOptions one_thread() {
  ExecuteOptions options;
  options.threads = 1;
  return options;
}

/// One figure for every pair i < j.
using PairCounts = std::vector<std::uint64_t>;

template <class Count>
PairCounts of_pairs(const Data& data, Count count) {
  PairCounts counts;
  counts.reserve(data.size() * data.size() / 2);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = i + 1; j < data.size(); ++j) {
      counts.push_back(count(i, j));
    }
  }
  return counts;
}

using MakeNode = NodeId (*)(Plan&, NodeId, NodeId);

PairCounts single(const Data& data, MakeNode make) {
  return of_pairs(data, [&](std::size_t i, std::size_t j) {
    Plan plan;
    const NodeId a = plan.row(data.rows[i]);
    const NodeId root = make(plan, a, plan.row(data.rows[j]));
    return must(count(plan, root, *data.source, one_thread()));
  });
}

using PeerCount = std::uint64_t (*)(const roaring_bitmap_t*, const roaring_bitmap_t*);

PairCounts by_roaring(const Data& data, PeerCount count) {
  return of_pairs(data,
                  [&](std::size_t i, std::size_t j) { return count(data.peer(i), data.peer(j)); });
}

/// counts[i][j - i - 1]: users in both. As many answers at a time as a breakdown takes; each with
/// the rows that come after the first of them.
std::vector<std::vector<std::uint64_t>> ands_at_once(const Data& data) {
  std::vector<std::vector<std::uint64_t>> counts;
  for (std::size_t from = 0; from < data.size(); from += kBrokenDownAnswersMax) {
    const std::size_t end = std::min(from + kBrokenDownAnswersMax, data.size());
    Plan plan;
    std::vector<NodeId> roots;
    for (std::size_t i = from; i < end; ++i) {
      roots.push_back(plan.row(data.rows[i]));
    }
    const Sweep sweep =
        must(Sweep::prepare(plan, roots, *data.source, one_thread(), Answers::InTurn));
    const auto with = must(row_counts(sweep, std::span(data.rows).subspan(from)));
    for (std::size_t i = from; i < end; ++i) {
      const auto& row = with[i - from];
      counts.emplace_back(row.begin() + static_cast<std::ptrdiff_t>(i - from) + 1, row.end());
    }
  }
  return counts;
}

/// And, or and and-not of each pair.
PairCounts all_at_once(const Data& data) {
  const auto ands = ands_at_once(data);
  std::vector<std::uint64_t> users;
  for (const RowKey row : data.rows) {
    users.push_back(must(data.source->cardinality(row)));
  }
  PairCounts all;
  all.reserve(3 * data.size() * data.size() / 2);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = i + 1; j < data.size(); ++j) {
      const std::uint64_t both = ands[i][j - i - 1];
      all.push_back(both);
      all.push_back(users[i] + users[j] - both);
      all.push_back(users[i] - both);
    }
  }
  return all;
}

PairCounts all_by_roaring(const Data& data) {
  PairCounts all;
  all.reserve(3 * data.size() * data.size() / 2);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = i + 1; j < data.size(); ++j) {
      all.push_back(roaring_bitmap_and_cardinality(data.peer(i), data.peer(j)));
      all.push_back(roaring_bitmap_or_cardinality(data.peer(i), data.peer(j)));
      all.push_back(roaring_bitmap_andnot_cardinality(data.peer(i), data.peer(j)));
    }
  }
  return all;
}

PairCounts ands_only(const Data& data) {
  PairCounts all;
  for (const auto& row : ands_at_once(data)) {
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

NodeId any_of_all(const Data& data, Plan& plan) {
  std::vector<NodeId> any;
  for (const RowKey row : data.rows) {
    any.push_back(plan.row(row));
  }
  return plan.any_of(any);
}

std::vector<const roaring_bitmap_t*> pointers(const Data& data) {
  std::vector<const roaring_bitmap_t*> all;
  for (const Peer& peer : data.peers) {
    all.push_back(peer.get());
  }
  return all;
}

/// One line of the table: both ways to the same numbers.
struct Case {
  const char* name;
  std::function<PairCounts(const Data&)> engine;
  std::function<PairCounts(const Data&)> peer;
};

std::vector<Case> cases() {
  const auto both = [](Plan& plan, NodeId a, NodeId b) { return plan.all_of(std::array{a, b}); };
  const auto any = [](Plan& plan, NodeId a, NodeId b) { return plan.any_of(std::array{a, b}); };
  const auto without = [](Plan& plan, NodeId a, NodeId b) {
    return plan.difference(a, std::array{b});
  };
  const auto peer = [](PeerCount count) {
    return [count](const Data& data) { return by_roaring(data, count); };
  };
  const auto wide_or = [](const Data& data) {
    Plan plan;
    const NodeId root = any_of_all(data, plan);
    return PairCounts{must(count(plan, root, *data.source, one_thread()))};
  };
  const auto wide_or_users = [](const Data& data) {
    Plan plan;
    const NodeId root = any_of_all(data, plan);
    return PairCounts{must(select(plan, root, *data.source, one_thread())).cardinality()};
  };
  const auto or_many = [](const Data& data) {
    auto all = pointers(data);
    const Peer united(roaring_bitmap_or_many(all.size(), all.data()));
    return PairCounts{roaring_bitmap_get_cardinality(united.get())};
  };
  return {
      {"and, single", [=](const Data& data) { return single(data, both); },
       peer(roaring_bitmap_and_cardinality)},
      {"or, single", [=](const Data& data) { return single(data, any); },
       peer(roaring_bitmap_or_cardinality)},
      {"and-not, single", [=](const Data& data) { return single(data, without); },
       peer(roaring_bitmap_andnot_cardinality)},
      {"and, at once", ands_only, peer(roaring_bitmap_and_cardinality)},
      {"all three, at once", all_at_once, all_by_roaring},
      {"wide or, count", wide_or, or_many},
      {"wide or, users", wide_or_users, or_many},
  };
}

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

double median(std::vector<double> times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

struct Figure {
  std::string set;
  std::string name;
  std::size_t counts = 0;  ///< numbers in one answer
  double engine_ms = 0;
  double peer_ms = 0;
  [[nodiscard]] double ratio() const { return peer_ms / engine_ms; }
};

Figure measure(const Data& data, const Case& each) {
  const PairCounts got = each.engine(data);
  if (got != each.peer(data)) {
    throw std::runtime_error(data.name + ": " + each.name + ": answers differ from CRoaring's");
  }
  // Half a second of both, five runs at least, in turn: what disturbs one disturbs the other.
  std::vector<double> engine;
  std::vector<double> peer;
  const double end = thread_ms() + 500;
  while (engine.size() < 5 || thread_ms() < end) {
    const double start = thread_ms();
    each.engine(data);
    const double between = thread_ms();
    each.peer(data);
    engine.push_back(between - start);
    peer.push_back(thread_ms() - between);
  }
  return {data.name, each.name, got.size(), median(std::move(engine)), median(std::move(peer))};
}

void print(const Figure& figure) {
  const auto each = 1e6 / static_cast<double>(figure.counts);
  std::printf("%-24s %-20s %10.3f %10.3f %11.0f %11.0f %8.2f\n", figure.set.c_str(),
              figure.name.c_str(), figure.engine_ms, figure.peer_ms, figure.engine_ms * each,
              figure.peer_ms * each, figure.ratio());
  std::fflush(stdout);
}

void write_json(const std::string& file, const std::vector<Figure>& figures) {
  std::ofstream out(file);
  out << "{\"kernels\": \"" << kernels().name << "\", \"figures\": [";
  for (const Figure& figure : figures) {
    out << (&figure == figures.data() ? "\n" : ",\n") << " {\"set\": \"" << figure.set
        << "\", \"case\": \"" << figure.name << "\", \"counts\": " << figure.counts
        << ", \"engine_ms\": " << figure.engine_ms << ", \"roaring_ms\": " << figure.peer_ms
        << ", \"ratio\": " << figure.ratio() << "}";
  }
  out << "\n]}\n";
  if (!out.flush()) {
    throw std::runtime_error("could not write " + file);
  }
}

int run(std::span<char* const> arguments) {
  std::string json;
  std::string only;
  std::vector<std::filesystem::path> folders;
  const std::filesystem::path root(arguments[0]);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (std::string(arguments[i]) == "--json" && i + 1 < arguments.size()) {
      json = arguments[++i];
    } else if (std::string(arguments[i]) == "--case" && i + 1 < arguments.size()) {
      only = arguments[++i];
    } else {
      folders.push_back(root / arguments[i]);
    }
  }
  if (folders.empty()) {
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      if (entry.is_directory()) {
        folders.push_back(entry.path());
      }
    }
    std::sort(folders.begin(), folders.end());
    if (folders.empty()) {
      throw std::runtime_error("no folders of sets in " + root.string() + "; unpack them there");
    }
  }
  std::printf(
      "kernels %s, one thread, medians of processor time; ratio: CRoaring's by the engine's\n",
      kernels().name);
  std::printf("%-24s %-20s %10s %10s %11s %11s %8s\n", "set", "case", "engine ms", "roaring ms",
              "engine ns/n", "roaring ns/n", "ratio");
  std::vector<Figure> figures;
  for (const std::filesystem::path& folder : folders) {
    const Data data(folder);
    for (const Case& each : cases()) {
      if (!only.empty() && only != each.name) {
        continue;
      }
      figures.push_back(measure(data, each));
      print(figures.back());
    }
  }
  if (!json.empty()) {
    write_json(json, figures);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "real_sets_bench FOLDER [--json FILE] [--case NAME] [SET ...]\n");
    return 2;
  }
  try {
    return run(std::span<char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "real_sets_bench: %s\n", problem.what());
    return 1;
  }
}
