// LoadJobs: loads that others asked for, done one after the other on a thread of its own, and what
// became of them.
#pragma once

#include "engine/error.h"
#include "engine/result.h"
#include "ingest/load.h"
#include "server/http/temporary_file.h"
#include "server/service.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tagline::server {

struct LoadOrder {
  std::shared_ptr<TemporaryFile> file;   ///< given back when the job is over
  std::string name;                      ///< what it is called in reports
  std::optional<ingest::Schema> schema;  ///< nothing: inferred
  std::string id_column;
  std::string load_id;
  double max_errors_share = 0.01;
};

enum class JobState : std::uint8_t { Queued, Running, Done, Failed, Cancelled };
inline constexpr std::array kJobStates{JobState::Queued, JobState::Running, JobState::Done,
                                       JobState::Failed, JobState::Cancelled};
/// "queued", "running", "done", "failed", "cancelled".
[[nodiscard]] std::string_view name_of(JobState state);

struct LoadJob {
  std::string id;
  std::string name;  ///< LoadOrder::name
  JobState state = JobState::Queued;
  std::chrono::system_clock::time_point asked;
  std::optional<std::chrono::system_clock::time_point> began;
  std::optional<std::chrono::system_clock::time_point> ended;
  ingest::Progress progress;
  std::optional<ingest::LoadReport> report;      ///< of one that is done
  std::optional<Error> error;                    ///< of one that failed or was cancelled
  std::shared_ptr<const TemporaryFile> rejects;  ///< as the command line writes them, when over

  [[nodiscard]] bool is_over() const {
    return state != JobState::Queued && state != JobState::Running;
  }
};

/// What became of waiting for a job.
struct LoadWait {
  LoadJob job;               ///< over, or as it is
  bool turned_away = false;  ///< too many waited already, so nobody waited
};

/// Thread-safe.
class LoadJobs {
 public:
  static constexpr std::size_t kQueuedMax = 16;
  static constexpr std::size_t kKeptMax = 100;  ///< jobs that are over; the oldest are forgotten

  /// `service` outlives it. Files that a killed process left in `folder` are removed. `waits_max`:
  /// threads that may wait at a time, 1 or more.
  LoadJobs(Service& service, std::filesystem::path folder, std::size_t waits_max = 1);
  ~LoadJobs();  ///< close()
  LoadJobs(const LoadJobs&) = delete;
  LoadJobs& operator=(const LoadJobs&) = delete;

  /// Its id. Busy when too many wait.
  [[nodiscard]] Result<std::string> add(LoadOrder order);
  [[nodiscard]] std::optional<LoadJob> find(std::string_view id) const;
  [[nodiscard]] std::vector<LoadJob> list() const;  ///< newest first
  /// The job when it is over, or as it is when `until` comes or `stop` says so (asked ten times a
  /// second), or at once when as many as may wait for theirs already: each holds up a thread.
  /// Nothing when there is none of this id.
  [[nodiscard]] std::optional<LoadWait> wait(std::string_view id,
                                             std::chrono::steady_clock::time_point until,
                                             const std::function<bool()>& stop);
  /// The same for who only has to wait until the job lets others write: gives way to wait().
  [[nodiscard]] std::optional<LoadWait> wait_behind(std::string_view id,
                                                    std::chrono::steady_clock::time_point until);
  /// A queued job never begins, a running one ends soon, unless it is being written: then it is
  /// finished. The job as it is now; nothing when there is none.
  std::optional<LoadJob> cancel(std::string_view id);

  struct Figures {
    std::size_t queued = 0;
    std::size_t running = 0;
    std::array<std::uint64_t, kJobStates.size()> ended{};  ///< by state
    std::uint64_t rows = 0;                                ///< of loads that are done
  };
  [[nodiscard]] Figures figures() const;
  [[nodiscard]] bool is_busy() const;  ///< one runs or waits
  /// Takes no more. What is queued is dropped, what runs is cancelled (or finished, when it is
  /// being written), and waited for. Those that are not done for it, oldest first.
  std::vector<LoadJob> close();
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  struct Entry {
    LoadJob job;
    LoadOrder order;
    std::atomic<bool> cancelled{false};
  };
  using EntryPtr = std::shared_ptr<Entry>;

  [[nodiscard]] EntryPtr entry_of(std::string_view id) const;
  void work();
  void run(const EntryPtr& entry);
  void end(const EntryPtr& entry, const std::function<void(LoadJob&)>& how);

  Service& service_;
  const std::filesystem::path folder_;
  const std::size_t waits_max_;
  mutable std::mutex mutex_;  // guards all below, and the jobs of entries
  std::condition_variable changed_;
  std::size_t waits_ = 0;         ///< in wait()
  std::size_t waits_behind_ = 0;  ///< in wait_behind()
  std::deque<EntryPtr> queue_;
  std::deque<EntryPtr> jobs_;  ///< all, oldest first
  Figures figures_;
  bool closed_ = false;
  std::thread thread_;  ///< begun with the first job
};

}  // namespace tagline::server
