#include "cli/demo/load_demo.h"

#include "cli/embedded_files.h"
#include "server/schema_json.h"
#include "server/segments.h"
#include "server/tags.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli::demo {
namespace {

/// People whose events are loaded together: at some thirty rows of 24 bytes each, which a load
/// keeps until it commits, a quarter of a gigabyte.
constexpr std::uint64_t kPeopleALoad = std::uint64_t{1} << 18U;
/// Loading a person's events is as much work as the tags of so many.
constexpr std::uint64_t kEventSteps = 3;

using Fields = std::vector<std::string>;

/// Lines of an embedded table but for comments, cut at tabs.
std::vector<Fields> table_of(std::string_view name) {
  std::vector<Fields> rows;
  std::string_view text = embedded_file(name);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    Fields fields;
    for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
      fields.emplace_back(line.substr(0, tab));
      line.remove_prefix(tab + 1);
    }
    fields.emplace_back(line);
    rows.push_back(std::move(fields));
  }
  return rows;
}

class DemoLoad {
 public:
  DemoLoad(server::Service& service, const Population& population,
           const std::function<void(const DemoProgress&)>& progress,
           const std::atomic<bool>& cancelled)
      : service_(service), population_(population), progress_(progress), cancelled_(cancelled) {
    now_.whole = population.size().users * (1 + kEventSteps);
  }

  [[nodiscard]] server::Outcome<DemoReport> run() {
    TAGLINE_ASSIGN_OR_RETURN(users_schema_,
                             server::schema_from_json(embedded_file("users.schema.json")));
    TAGLINE_ASSIGN_OR_RETURN(events_schema_,
                             server::schema_from_json(embedded_file("events.schema.json")));
    const std::uint64_t users = population_.size().users;
    for (std::uint64_t begin = 0; begin < users; begin += kPeopleALoad) {
      TAGLINE_RETURN_IF_ERROR(load_part(begin, std::min(users, begin + kPeopleALoad)));
    }
    TAGLINE_RETURN_IF_ERROR(check_cancelled());
    TAGLINE_RETURN_IF_ERROR(put_titles());
    TAGLINE_RETURN_IF_ERROR(put_segments());
    TAGLINE_RETURN_IF_ERROR(check_cancelled());
    return report_;
  }

 private:
  /// What the loads look at themselves while they read.
  [[nodiscard]] Status check_cancelled() const {
    return cancelled_ ? Status(failure(ErrorCode::Cancelled,
                                       {"the demo was cancelled", "演示数据的生成已被取消"}))
                      : Status();
  }

  [[nodiscard]] Status load_part(std::uint64_t begin, std::uint64_t end) {
    ingest::LoadOptions options;
    options.cancelled = &cancelled_;
    options.max_errors_share = 0;  // a row that is refused is a fault of ours
    std::atomic<std::uint64_t> made = 0;
    options.source = population_.users(begin, end, &made);
    options.progress = [&](const ingest::Progress& load) {
      now_.users = report_.users + load.rows;
      tell(begin * (1 + kEventSteps) + made);
    };
    TAGLINE_ASSIGN_OR_RETURN(const auto users,
                             service_.load(users_schema_, {"demo users"}, options));
    report_.users += users.users_new;
    report_.tags += users.tags_new;
    made = 0;
    options.source = population_.events(begin, end, &made);
    // The same events may come out of two parts; that is no file loaded twice.
    options.load_id =
        "demo " + std::to_string(population_.size().seed) + " " + std::to_string(begin);
    options.progress = [&](const ingest::Progress& load) {
      now_.events = rows_ + load.rows;
      tell(begin * (1 + kEventSteps) + (end - begin) + made * kEventSteps);
    };
    TAGLINE_ASSIGN_OR_RETURN(const auto events,
                             service_.load(events_schema_, {"demo events"}, options));
    rows_ += events.rows;
    report_.events += events.events;
    report_.event_names += events.event_names_new;
    return {};
  }

  void tell(std::uint64_t done) {
    now_.done = done;
    progress_(now_);
  }

  /// Titles of values that some of the people have: a small population lacks some.
  [[nodiscard]] server::Outcome<void> put_titles() {
    server::Tags tags(service_);
    std::map<std::string, server::TagEdit> edits;
    for (const Fields& row : table_of("titles.tsv")) {
      TAGLINE_ASSIGN_OR_RETURN(const bool there, has_value(tags, row[0], row[1]));
      if (there) {
        edits[row[0]].values.push_back({row[1], row[2], row[3], std::nullopt});
      }
    }
    edits["member_grade"].deprecated = true;
    edits["member_grade"].replacement = "level";
    for (const auto& [tag, edit] : edits) {
      if (auto changed = tags.change(tag, edit, {}); !changed.has_value()) {
        return tl::unexpected(std::move(changed).error());
      }
    }
    return {};
  }

  [[nodiscard]] Result<bool> has_value(server::Tags& tags, const std::string& tag,
                                       const std::string& value) {
    auto known = values_.find(tag);
    if (known == values_.end()) {
      TAGLINE_ASSIGN_OR_RETURN(const auto page, tags.show(tag, {"", 0, kValuesMax}));
      std::vector<std::string> names;
      for (const server::ValueCount& each : page.tag.summary.values) {
        names.push_back(each.name);
      }
      known = values_.emplace(tag, std::move(names)).first;
    }
    return std::find(known->second.begin(), known->second.end(), value) != known->second.end();
  }

  [[nodiscard]] server::Outcome<void> put_segments() {
    server::Segments segments(service_.store());
    const std::chrono::sys_days until{std::chrono::days(population_.size().until)};
    for (const Fields& row : table_of("segments.tsv")) {
      server::SegmentCard card;
      card.title_en = row[2];
      card.title_zh = row[3];
      card.owner = "growth team 增长组";
      if (auto saved = segments.save(row[0], row[1], card, until); !saved.has_value()) {
        server::Refusal refusal = std::move(saved).error();
        refusal.text = row[1];
        return tl::unexpected(std::move(refusal));
      }
      ++report_.segments;
    }
    return {};
  }

  static constexpr std::uint64_t kValuesMax = 1'000;

  server::Service& service_;
  const Population& population_;
  const std::function<void(const DemoProgress&)>& progress_;
  const std::atomic<bool>& cancelled_;
  std::optional<ingest::Schema> users_schema_;
  std::optional<ingest::Schema> events_schema_;
  std::map<std::string, std::vector<std::string>> values_;  ///< of tags
  DemoProgress now_;
  DemoReport report_;
  std::uint64_t rows_ = 0;  ///< of events
};

}  // namespace

server::Outcome<DemoReport> load_demo(server::Service& service, const Population& population,
                                      const std::function<void(const DemoProgress&)>& progress,
                                      const std::atomic<bool>& cancelled) {
  return DemoLoad(service, population, progress, cancelled).run();
}

}  // namespace tagline::cli::demo
