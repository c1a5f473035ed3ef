#include "server/api/running_queries.h"

#include <iterator>
#include <utility>

namespace tagline::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kShownBytes = 200;
constexpr unsigned kTooLate = 504;
constexpr unsigned kFault = 400;

// Not within a character of UTF-8.
std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) {
    return std::string(text);
  }
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

std::shared_ptr<RunningQueries::Place> RunningQueries::enter(const HttpRequest& request,
                                                             std::string_view route,
                                                             engine::Budget& budget) {
  Entry entry;
  entry.query.id = request.id;
  entry.query.method = request.method;
  entry.query.route = route;
  entry.query.peer = request.peer;
  entry.query.since = std::chrono::system_clock::now();
  entry.started = Clock::now();
  entry.budget = &budget;
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
  return std::make_shared<Place>(*this, std::prev(entries_.end()));
}

std::vector<RunningQueries::Query> RunningQueries::list(
    const std::optional<std::string>& key_id) const {
  std::vector<Query> queries;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.is_query && (!key_id.has_value() || entry.query.key_id == *key_id)) {
      queries.push_back(entry.query);
      queries.back().elapsed =
          std::chrono::duration_cast<std::chrono::milliseconds>(now - entry.started);
    }
  }
  return queries;
}

std::size_t RunningQueries::cancel(std::string_view id, const std::optional<std::string>& key_id) {
  std::size_t found = 0;
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.is_query && entry.query.id == id &&
        (!key_id.has_value() || entry.query.key_id == *key_id)) {
      entry.budget->cancelled = true;
      ++found;
    }
  }
  return found;
}

RunningQueries::Figures RunningQueries::figures() const {
  const std::lock_guard lock(mutex_);
  Figures now = over_;
  for (const Entry& entry : entries_) {
    now.running += entry.is_query ? 1 : 0;
  }
  return now;
}

RunningQueries::Place::~Place() {
  const auto now = Clock::now();
  const std::lock_guard lock(all_.mutex_);
  if (entry_->is_query) {
    Figures& over = all_.over_;
    over.time += now - entry_->started;
    const bool broken_off = goes_on_;
    if (cancelled_ || (broken_off && entry_->budget->cancelled)) {
      ++over.cancelled;
    } else if (status_ == kTooLate) {
      ++over.too_late;
    } else if (broken_off) {
      ++over.broken_off;
    } else {
      ++(status_ >= kFault ? over.refused : over.answered);
    }
  }
  all_.entries_.erase(entry_);
}

void RunningQueries::Place::is_query() {
  const std::lock_guard lock(all_.mutex_);
  entry_->is_query = true;
}

void RunningQueries::Place::asks(std::string_view expression) {
  std::string shown = shortened(expression);
  const std::lock_guard lock(all_.mutex_);
  entry_->is_query = true;
  if (entry_->query.expression.empty()) {
    entry_->query.expression = std::move(shown);
  }
}

void RunningQueries::Place::asked_with(std::string_view key, std::string_view key_id) {
  const std::lock_guard lock(all_.mutex_);
  entry_->query.key = key;
  entry_->query.key_id = key_id;
}

void RunningQueries::Place::goes_on() {
  goes_on_ = true;
}

void RunningQueries::Place::ends(unsigned status) {
  goes_on_ = false;
  status_ = status;
  cancelled_ = entry_->budget->cancelled;
}

}  // namespace tagline::server
