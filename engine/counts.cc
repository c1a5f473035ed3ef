#include "engine/counts.h"

#include "engine/flattened.h"
#include "engine/kernels.h"
#include "engine/sparse.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace tagline::engine {
namespace {

using State = Register::State;

class EachCounter final : public AnswerReader {
 public:
  explicit EachCounter(std::size_t answers) : counts_(answers) {}
  Status block(BlockAnswers& answers) override {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] += answers.count(i);
    }
    return {};
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  std::vector<std::uint64_t> counts_;
};

// Two clauses or more.
class WithoutCounter final : public AnswerReader {
 public:
  explicit WithoutCounter(std::size_t clauses)
      : fails_(clauses), flattened_(clauses), words_(clauses) {}

  Status block(BlockAnswers& answers) override {
    clauses_.clear();
    std::uint32_t population = 0;
    for (std::size_t i = 0; i < fails_.size(); ++i) {
      const Register& clause = answers.answer(i);
      if (clause.state == State::Full) {
        population = answers.users(clause);  // nobody fails it
      } else {
        clauses_.push_back({&clause, i, answers.users(clause)});
      }
    }
    if (clauses_.empty()) {
      all_ += population;
      return {};
    }
    if (clauses_.size() == 1) {
      all_ += clauses_[0].users;
      fails_[clauses_[0].index] += population - std::min(population, clauses_[0].users);
      return {};
    }
    // Whoever fails one clause at most is in one of any two.
    std::partial_sort(clauses_.begin(), clauses_.begin() + 2, clauses_.end(),
                      [](const Clause& a, const Clause& b) { return a.users < b.users; });
    if (clauses_[1].users == 0) {
      return {};
    }
    if (is_list(*clauses_[0].answer) && is_list(*clauses_[1].answer)) {
      count_listed(answers);
    } else {
      count_flat(answers);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t all() const { return all_; }
  /// Users who fail just that clause.
  [[nodiscard]] std::uint64_t fails(std::size_t clause) const { return fails_[clause]; }

 private:
  struct Clause {
    const Register* answer = nullptr;
    std::size_t index = 0;
    std::uint32_t users = 0;
  };

  static bool is_list(const Register& answer) {
    return answer.state == State::Sparse || answer.state == State::Empty;
  }

  // One sum a user says how many clauses she is in and, by what is lacking, which one she is not.
  void count_listed(BlockAnswers& answers) {
    const Members first = clauses_[0].answer->list();
    const Members second = clauses_[1].answer->list();
    std::array<std::uint16_t, 2 * kSparseMax> members;
    const Members asked(members.data(), unite(first, second, members.data()));
    sums_.assign(asked.size(), 0);
    std::uint64_t whole = 0;
    for (std::size_t i = 0; i < clauses_.size(); ++i) {
      const std::uint64_t weight = kOneClause | i;
      const Register& answer = *clauses_[i].answer;
      whole += weight;
      if (is_list(answer)) {
        tally(asked, answer.list(), weight, sums_.data());
      } else {
        tally(asked, answers.words(answer), weight, sums_.data());
      }
    }
    for (const std::uint64_t sum : sums_) {
      const std::uint64_t lacks = whole - sum;
      if (lacks == 0) {
        ++all_;
      } else if (lacks / kOneClause == 1) {
        ++fails_[clauses_[lacks % kOneClause].index];
      }
    }
  }

  // fails_none and fails_one, clause by clause:
  //   fails_one = in the clause ? fails_one : fails_none;  fails_none = fails_none and the clause
  // From the second clause on both hold known users only.
  void count_flat(BlockAnswers& answers) {
    for (const Clause& clause : clauses_) {
      words_[clause.index] = flattened_.words(answers, *clause.answer, clause.index);
    }
    std::uint64_t* none = buffers_[0].words.data();
    std::uint64_t* one = buffers_[1].words.data();
    std::uint64_t* spare = buffers_[2].words.data();
    std::fill_n(none, kBlockWords, ~std::uint64_t{0});
    erase_all(one);
    std::uint32_t users = 0;
    for (const Clause& clause : clauses_) {
      const std::uint64_t* words = words_[clause.index];
      const std::array<const std::uint64_t*, 2> both{none, words};
      users = kernels().intersect(spare, both, {});
      kernels().blend(none, one, words);
      std::swap(one, none);  // `none` holds what is now fails_one
      std::swap(none, spare);
    }
    all_ += users;
    for (const Clause& clause : clauses_) {
      const std::array<const std::uint64_t*, 1> with{one};
      const std::array<const std::uint64_t*, 1> without{words_[clause.index]};
      fails_[clause.index] += kernels().intersect(nullptr, with, without);
    }
  }

  static constexpr std::uint64_t kOneClause = std::uint64_t{1} << 32U;

  std::uint64_t all_ = 0;
  std::vector<std::uint64_t> fails_;
  Flattened flattened_;
  std::vector<const std::uint64_t*> words_;
  std::vector<Clause> clauses_;  ///< those that are not everybody
  std::vector<std::uint64_t> sums_;
  std::array<Words, 3> buffers_{};
};

bool is_one_row(const Plan& plan, NodeId id) {
  const Node& node = plan.at(id);
  return node.op == Op::Row || node.op == Op::Everyone || node.op == Op::Nothing ||
         (node.op == Op::Not && plan.at(node.operands.front()).op == Op::Row);
}

/// What counts_of_nodes counts with.
struct NodeCounts {
  Plan& plan;
  const Source& source;
  const ExecuteOptions& options;
  ExecuteStats* stats;

  // Recursion: each call has half the nodes.
  void count(std::span<const NodeId> nodes, std::span<Result<std::uint64_t>> into) {
    if (nodes.empty()) {
      return;
    }
    const Result<std::vector<std::uint64_t>> users = together(nodes);
    if (users.has_value()) {
      std::copy(users->begin(), users->end(), into.begin());
      return;
    }
    const ErrorCode code = users.error().code();
    if (nodes.size() == 1 || code == ErrorCode::DeadlineExceeded || code == ErrorCode::Cancelled) {
      std::fill(into.begin(), into.end(), tl::unexpected(users.error()));
      return;
    }
    const std::size_t half = nodes.size() / 2;
    count(nodes.first(half), into.first(half));
    count(nodes.subspan(half), into.subspan(half));
  }

 private:
  Result<std::vector<std::uint64_t>> together(std::span<const NodeId> nodes) {
    TAGLINE_ASSIGN_OR_RETURN(const Sweep sweep,
                             Sweep::prepare(plan, nodes, source, options, Answers::InTurn, stats));
    return counts(sweep, stats);
  }
};

}  // namespace

std::vector<Result<std::uint64_t>> counts_of_nodes(Plan& plan, std::span<const NodeId> nodes,
                                                   const Source& source,
                                                   const ExecuteOptions& options,
                                                   ExecuteStats* stats) {
  std::unordered_map<NodeId, std::size_t> places;  // in `swept`
  std::vector<NodeId> swept;
  std::vector<Result<std::uint64_t>> users(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (is_one_row(plan, nodes[i])) {
      users[i] = count(plan, nodes[i], source, options, stats);
    } else if (places.try_emplace(nodes[i], swept.size()).second) {
      swept.push_back(nodes[i]);
    }
  }
  std::vector<Result<std::uint64_t>> counted(swept.size());
  NodeCounts{plan, source, options, stats}.count(swept, counted);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (const auto place = places.find(nodes[i]); place != places.end()) {
      users[i] = counted[place->second];
    }
  }
  return users;
}

Result<std::vector<std::uint64_t>> counts(const Sweep& sweep, ExecuteStats* stats) {
  const std::size_t size = sweep.program().answers.size();
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<EachCounter>([&] { return std::make_unique<EachCounter>(size); }, stats));
  std::vector<std::uint64_t> users(size);
  for (const auto& reader : readers) {
    for (std::size_t i = 0; i < size; ++i) {
      users[i] += reader->counts()[i];
    }
  }
  return users;
}

Result<WithoutEach> count_without_each(const Sweep& sweep, ExecuteStats* stats) {
  const std::size_t size = sweep.program().answers.size();
  WithoutEach result;
  result.without.resize(size);
  if (size == 1) {
    TAGLINE_ASSIGN_OR_RETURN(const auto users, counts(sweep, stats));
    result.all = users[0];
    TAGLINE_ASSIGN_OR_RETURN(result.without[0], sweep.source().cardinality(kPopulationRow));
    return result;
  }
  if (size > kClausesMax) {
    const std::string most = std::to_string(kClausesMax);
    return failure(
        ErrorCode::TooLarge,
        {"a conjunction of " + std::to_string(size) + " clauses, at most " + most +
             " can be counted one without the other",
         "合取包含 " + std::to_string(size) + " 个子句，逐一去除计数最多支持 " + most + " 个"},
        {"put some of the clauses in brackets", "请用括号合并部分子句"});
  }
  if (sweep.answers() != Answers::Together) {
    return failure(ErrorCode::Internal,
                   {"clauses were to be compared that come in turn", "子句比较需要同时保留各答案"});
  }
  TAGLINE_ASSIGN_OR_RETURN(
      const auto readers,
      sweep.run<WithoutCounter>([&] { return std::make_unique<WithoutCounter>(size); }, stats));
  for (const auto& reader : readers) {
    result.all += reader->all();
    for (std::size_t i = 0; i < size; ++i) {
      result.without[i] += reader->fails(i);
    }
  }
  for (std::uint64_t& users : result.without) {
    users += result.all;
  }
  return result;
}

}  // namespace tagline::engine
