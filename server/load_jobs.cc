#include "server/load_jobs.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <random>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::chrono::milliseconds kLook{100};

std::string new_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 16; ++i) {
    id += kDigits[random() & 0xFU];
  }
  return id;
}

Error cancelled_before() {
  return Error(ErrorCode::Cancelled,
               {"the load was cancelled; nothing was loaded", "装载已被取消；未载入任何数据"});
}

}  // namespace

std::string_view name_of(JobState state) {
  switch (state) {
    case JobState::Queued:
      return "queued";
    case JobState::Running:
      return "running";
    case JobState::Done:
      return "done";
    case JobState::Failed:
      return "failed";
    case JobState::Cancelled:
      return "cancelled";
  }
  return "failed";
}

LoadJobs::LoadJobs(Service& service, std::filesystem::path folder, std::size_t waits_max)
    : service_(service), folder_(std::move(folder)), waits_max_(waits_max) {
  TemporaryFile::remove_left_behind(folder_);
}

LoadJobs::~LoadJobs() {
  close();
}

std::vector<LoadJob> LoadJobs::close() {
  std::vector<EntryPtr> unfinished;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    queue_.clear();
    for (const EntryPtr& entry : jobs_) {
      if (!entry->job.is_over()) {
        entry->cancelled = true;
        unfinished.push_back(entry);
      }
    }
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  std::vector<LoadJob> dropped;
  for (const EntryPtr& entry : unfinished) {
    if (!entry->job.is_over()) {
      end(entry, [](LoadJob& job) {
        job.state = JobState::Cancelled;
        job.error = cancelled_before();
      });
    }
    if (entry->job.state == JobState::Cancelled) {
      dropped.push_back(entry->job);
    }
  }
  return dropped;
}

bool LoadJobs::is_busy() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const EntryPtr& each) { return !each->job.is_over(); });
}

Result<std::string> LoadJobs::add(LoadOrder order) {
  auto entry = std::make_shared<Entry>();
  entry->job.id = new_id();
  entry->job.name = order.name;
  entry->job.asked = std::chrono::system_clock::now();
  entry->order = std::move(order);
  std::string id = entry->job.id;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return failure(ErrorCode::Busy, {"the server is ending", "服务器正在关闭"},
                     {"send the load again when it is back", "请在服务器恢复后重新发送"});
    }
    if (queue_.size() >= kQueuedMax) {
      const std::string most = std::to_string(kQueuedMax);
      return failure(
          ErrorCode::Busy,
          {most + " loads are waiting already", "已有 " + most + " 个装载任务在等待"},
          Hint{{"try again when one is over", "请在其中一个结束后重试"},
               {"try again when one is over: GET /v1/jobs", "请在其中一个结束后重试：GET /v1/jobs"},
               {}});
    }
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { work(); });
    }
    queue_.push_back(entry);
    jobs_.push_back(std::move(entry));
  }
  changed_.notify_all();
  return id;
}

LoadJobs::EntryPtr LoadJobs::entry_of(std::string_view id) const {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [id](const EntryPtr& each) { return each->job.id == id; });
  return found == jobs_.end() ? nullptr : *found;
}

std::optional<LoadJob> LoadJobs::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const EntryPtr entry = entry_of(id);
  return entry == nullptr ? std::nullopt : std::optional(entry->job);
}

std::vector<LoadJob> LoadJobs::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<LoadJob> jobs;
  std::transform(jobs_.rbegin(), jobs_.rend(), std::back_inserter(jobs),
                 [](const EntryPtr& each) { return each->job; });
  return jobs;
}

// Who waits behind a job takes no place from who waits for one, who would be told of it at once.
std::optional<LoadWait> LoadJobs::wait(std::string_view id,
                                       std::chrono::steady_clock::time_point until,
                                       const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  const EntryPtr entry = entry_of(id);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (waits_ >= waits_max_) {
    return LoadWait{entry->job, !entry->job.is_over()};
  }
  ++waits_;
  if (waits_behind_ > 0) {
    changed_.notify_all();
  }
  while (!entry->job.is_over() && !stop() && std::chrono::steady_clock::now() < until) {
    changed_.wait_until(lock, std::min(until, std::chrono::steady_clock::now() + kLook));
  }
  --waits_;
  return LoadWait{entry->job};
}

std::optional<LoadWait> LoadJobs::wait_behind(std::string_view id,
                                              std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  const EntryPtr entry = entry_of(id);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (waits_ + waits_behind_ >= waits_max_) {
    return LoadWait{entry->job, !entry->job.is_over()};
  }
  ++waits_behind_;
  changed_.wait_until(lock, until,
                      [&] { return entry->job.is_over() || waits_ + waits_behind_ > waits_max_; });
  --waits_behind_;
  return LoadWait{entry->job};
}

std::optional<LoadJob> LoadJobs::cancel(std::string_view id) {
  EntryPtr entry;
  {
    const std::lock_guard lock(mutex_);
    entry = entry_of(id);
    if (entry == nullptr) {
      return std::nullopt;
    }
    const auto queued = std::find(queue_.begin(), queue_.end(), entry);
    if (queued == queue_.end()) {
      entry->cancelled = !entry->job.is_over();
      return entry->job;
    }
    queue_.erase(queued);
  }
  end(entry, [](LoadJob& job) {
    job.state = JobState::Cancelled;
    job.error = cancelled_before();
  });
  return find(id);
}

LoadJobs::Figures LoadJobs::figures() const {
  const std::lock_guard lock(mutex_);
  Figures now = figures_;
  now.queued = queue_.size();
  now.running =
      static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const EntryPtr& each) {
        return each->job.state == JobState::Running;
      }));
  return now;
}

void LoadJobs::work() {
  while (true) {
    EntryPtr entry;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (closed_) {
        return;
      }
      entry = std::move(queue_.front());
      queue_.pop_front();
      entry->job.state = JobState::Running;
      entry->job.began = std::chrono::system_clock::now();
    }
    run(entry);
  }
}

void LoadJobs::run(const EntryPtr& entry) {
  const LoadOrder& order = entry->order;
  std::shared_ptr<TemporaryFile> rejects;
  const auto load = [&]() -> Result<ingest::LoadReport> {
    TAGLINE_ASSIGN_OR_RETURN(rejects, TemporaryFile::make(folder_));
    ingest::LoadOptions options;
    options.max_errors_share = order.max_errors_share;
    options.rejects_path = rejects->path().string();
    options.id_column = order.id_column;
    options.load_id = order.load_id;
    options.shown_name = order.name;
    options.cancelled = &entry->cancelled;
    options.progress = [&](const ingest::Progress& now) {
      const std::lock_guard lock(mutex_);
      entry->job.progress = now;
    };
    return service_.load(order.schema, {order.file->path().string()}, options);
  };
  std::optional<Error> error;
  try {
    auto report = load();
    if (report.has_value()) {
      return end(entry, [&](LoadJob& job) {
        job.state = JobState::Done;
        job.report = std::move(*report);
        job.rejects = std::move(rejects);
      });
    }
    error = std::move(report).error();
  } catch (const std::exception& problem) {  // memory that ran out, mostly
    const std::string cause = problem.what();
    error = Error(ErrorCode::System, {"the load failed: " + cause + "; nothing was loaded",
                                      "装载失败：" + cause + "；未载入任何数据"});
  }
  end(entry, [&](LoadJob& job) {
    job.state = error->code() == ErrorCode::Cancelled ? JobState::Cancelled : JobState::Failed;
    job.error = std::move(error);
    job.rejects = std::move(rejects);
  });
}

void LoadJobs::end(const EntryPtr& entry, const std::function<void(LoadJob&)>& how) {
  std::vector<EntryPtr> forgotten;  // let go of without the lock: that removes files
  std::shared_ptr<TemporaryFile> file;
  {
    const std::lock_guard lock(mutex_);
    file = std::move(entry->order.file);
  }
  file.reset();  // who sees that the load is over finds its body gone
  {
    const std::lock_guard lock(mutex_);
    how(entry->job);
    entry->job.ended = std::chrono::system_clock::now();
    ++figures_.ended[static_cast<std::size_t>(entry->job.state)];
    figures_.rows += entry->job.report.has_value() ? entry->job.report->rows : 0;
    auto over = std::count_if(jobs_.begin(), jobs_.end(),
                              [](const EntryPtr& each) { return each->job.is_over(); });
    for (auto job = jobs_.begin();
         over > static_cast<std::ptrdiff_t>(kKeptMax) && job != jobs_.end();) {
      if ((*job)->job.is_over()) {
        forgotten.push_back(std::move(*job));
        job = jobs_.erase(job);
        --over;
      } else {
        ++job;
      }
    }
  }
  changed_.notify_all();
}

}  // namespace tagline::server
