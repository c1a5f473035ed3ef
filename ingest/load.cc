// Two threads: one reads, decompresses, splits (row_source) and converts (convert), the caller's
// resolves ids and builds bitmaps (stage, delta). They meet in a queue of some megabytes. Nothing
// is written until all rows are read; then one transaction takes everything, so that a kill at any
// moment leaves the database as it was.

#include "ingest/load.h"

#include "ingest/column_map.h"
#include "ingest/commit.h"
#include "ingest/convert.h"
#include "ingest/delta.h"
#include "ingest/field_plan.h"
#include "ingest/identity.h"
#include "ingest/intake.h"
#include "ingest/limits.h"
#include "ingest/load_events.h"
#include "ingest/rejects.h"
#include "ingest/row_source.h"
#include "ingest/stage.h"
#include "ingest/user_index.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tagline::ingest {
namespace {

using Clock = std::chrono::steady_clock;

/// A stage is turned into bitmaps when it holds the users of a block one after the other, as new
/// users come: it still lies in the cache then, and every container is built once. Any other at
/// this many rows or bytes: enough that a scattered update touches each bitmap few times, little
/// enough that it does not count beside the bitmaps themselves.
constexpr std::size_t kStageRows = std::size_t{1} << 20U;
constexpr std::size_t kStageBytes = std::size_t{256} << 20U;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Opening the rejects file empties it: it must not be what is about to be read, or the database.
Status spare_inputs(const storage::Store& store, const std::vector<std::string>& files,
                    const LoadOptions& options) {
  std::vector<std::string> inputs = files;
  inputs.push_back(options.schema_path);
  inputs.push_back((store.folder() / "data.mdb").string());
  for (const std::string& input : inputs) {
    std::error_code error;  // one of them does not exist: they are not the same
    if (!options.rejects_path.empty() && !input.empty() &&
        std::filesystem::equivalent(input, options.rejects_path, error)) {
      return failure(ErrorCode::BadInput,
                     {"the rejected rows would overwrite " + input, "拒绝行会覆盖文件 " + input},
                     {"give another file for the rejected rows", "请为拒绝行指定另一个文件"});
    }
  }
  return {};
}

/// Takes batches in, holds what they change.
class Loader final : public Intake {
 public:
  Loader(const Schema& schema, std::vector<FieldPlan> plans, RowLinks links,
         const storage::Snapshot& snapshot, Rejects& rejects)
      : plans_(std::move(plans)),
        links_(std::move(links)),
        users_(snapshot),
        rejects_(rejects),
        delta_(plans_.size()),
        has_id_(!schema.id_column.empty()) {
    stage_.fields.resize(plans_.size());
  }

  /// What the reading thread does; all it shares with the other thread are the kinds of the plans.
  void prepare(RowBatch& batch) { convert(batch, has_id_, plans_, links_); }

  [[nodiscard]] Status take(const RowBatch& batch) override {
    const ConvertedRows& converted = batch.converted;
    rows_ += converted.good.size() + batch.bad.size();
    if (converted.error.has_value()) {
      return tl::unexpected(*converted.error);
    }
    batch_users_.clear();
    TAGLINE_RETURN_IF_ERROR(has_id_ ? users_.find_or_add(converted.ids, batch_users_)
                                    : number(batch));
    for (std::size_t i = 0; !links_.empty() && i < converted.good.size(); ++i) {
      links_.take(batch, converted.good[i], batch_users_[i]);
    }
    stage(converted.fields);
    return rejects_.add_rows(batch, batch.bad);
  }

  void flush() {
    delta_.apply(stage_, plans_);
    stage_.clear();
    consecutive_ = true;
  }

  [[nodiscard]] std::uint64_t rows() const override { return rows_; }
  [[nodiscard]] const std::vector<FieldPlan>& plans() const { return plans_; }
  [[nodiscard]] const UserIndex& users() const { return users_; }
  [[nodiscard]] const Delta& delta() const { return delta_; }
  [[nodiscard]] const RowLinks& links() const { return links_; }

 private:
  /// Users of rows that have no id but their number.
  [[nodiscard]] Status number(const RowBatch& batch) {
    for (const std::uint32_t row : batch.converted.good) {
      std::array<char, 24> digits{};
      const auto [end, error] =
          std::to_chars(digits.data(), digits.data() + digits.size(), batch.rows[row].number);
      static_cast<void>(error);  // 24 bytes hold every 64-bit number
      TAGLINE_ASSIGN_OR_RETURN(
          const engine::UserIndex user,
          users_.add_distinct({digits.data(), static_cast<std::size_t>(end - digits.data())}));
      batch_users_.push_back(user);
    }
    return {};
  }

  /// Adds the rows of a batch to the stage, and turns it into bitmaps whenever it is large enough.
  void stage(const std::vector<StagedField>& fields) {
    for (std::size_t begin = 0; begin < batch_users_.size();) {
      std::size_t end = begin;
      for (bool ends_block = false; end < batch_users_.size() && !ends_block; ++end) {
        const engine::UserIndex user = batch_users_[end];
        consecutive_ = consecutive_ && (stage_.users.empty() || user == stage_.users.back() + 1);
        stage_.users.push_back(user);
        ends_block = (user + 1) % engine::kBlockUsers == 0;
      }
      for (std::size_t i = 0; i < fields.size(); ++i) {
        stage_.fields[i].append(fields[i], begin, end);
      }
      begin = end;
      const bool whole_block = consecutive_ && (stage_.users.back() + 1) % engine::kBlockUsers == 0;
      if (whole_block || stage_.users.size() >= kStageRows || stage_.bytes() >= kStageBytes) {
        flush();
      }
    }
  }

  std::vector<FieldPlan> plans_;
  RowLinks links_;
  UserIndex users_;
  Rejects& rejects_;
  Delta delta_;
  Stage stage_;
  std::vector<engine::UserIndex> batch_users_;
  bool consecutive_ = true;  ///< the users of the stage follow one another
  std::uint64_t rows_ = 0;
  bool has_id_;
};

/// The schema the beginning of a file suggests, given what the database holds.
Result<Schema> infer_for(const storage::Snapshot& snapshot, Input& input,
                         const LoadOptions& options) {
  InferOptions infer_options;
  infer_options.id_column = options.id_column;
  TAGLINE_ASSIGN_OR_RETURN(infer_options.known_tags, snapshot.tags());
  if (snapshot.user_limit() > 0) {
    infer_options.is_user = [&snapshot](std::string_view id) -> Result<bool> {
      TAGLINE_ASSIGN_OR_RETURN(const auto user, find_person(snapshot, id));
      return user.has_value();
    };
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view sample, input.peek(kSampleBytes));
  return infer_sample(sample, input.peeked_all(), infer_options);
}

/// The first file, opened if it is not yet, and the schema for it.
Result<Schema> infer_first(storage::Store& store, const std::string& file,
                           const LoadOptions& options, std::unique_ptr<Input>& first) {
  if (first == nullptr) {
    TAGLINE_ASSIGN_OR_RETURN(first, Input::open(file, options.shown_name));
  }
  auto schema = store.read(
      [&](const storage::Snapshot& snapshot) { return infer_for(snapshot, *first, options); });
  return schema.has_value()
             ? std::move(schema)
             : Result<Schema>(tl::unexpected(in_file(first->name(), schema.error())));
}

/// JSON's own true and false are yes and no for every flag, whatever words the schema adds.
void accept_json_booleans(Schema& schema) {
  for (Column& column : schema.columns) {
    auto& yes = column.true_words;
    auto& no = column.false_words;
    if (schema.format != FileFormat::Ndjson || column.kind != engine::TagKind::Flag ||
        (yes.empty() && no.empty())) {
      continue;
    }
    const auto known = [&](std::string_view word) {
      return std::find(yes.begin(), yes.end(), word) != yes.end() ||
             std::find(no.begin(), no.end(), word) != no.end();
    };
    if (!known("true")) {
      yes.emplace_back("true");
    }
    if (!known("false")) {
      no.emplace_back("false");
    }
  }
}

}  // namespace

Result<LoadReport> load(storage::Store& store, const std::optional<Schema>& schema,
                        const std::vector<std::string>& files, const LoadOptions& options) {
  const Clock::time_point start = Clock::now();
  if (files.empty()) {
    return failure(
        ErrorCode::BadInput, {"no file to load", "没有要载入的文件"},
        {"name a file, or \"-\" for standard input", "请给出文件名，或用 “-” 表示标准输入"});
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t bytes_total, total_bytes(files, options));
  TAGLINE_RETURN_IF_ERROR(spare_inputs(store, files, options));
  Meter meter(options, bytes_total);
  Schema used;
  if (schema.has_value() && schema->events.has_value()) {
    return load_events(store, *schema, files, options);
  }
  if (!options.load_id.empty()) {
    return failure(ErrorCode::BadInput,
                   {"a load id is for files of events; loading users twice changes nothing",
                    "装载标识只用于行为文件；用户文件重复装入不会改变任何数据"},
                   {"leave --load-id out, or give a schema with \"events\"",
                    "请去掉 --load-id，或使用含 \"events\" 的模式"});
  }
  TAGLINE_ASSIGN_OR_RETURN(std::unique_ptr<Input> first, given_input(files, options));
  if (schema.has_value()) {
    used = *schema;
    if (!options.id_column.empty()) {
      used.id_column = options.id_column == kRowNumber ? "" : options.id_column;
    }
  } else {
    TAGLINE_ASSIGN_OR_RETURN(used, infer_first(store, files.front(), options, first));
  }
  accept_json_booleans(used);
  TAGLINE_RETURN_IF_ERROR(check_schema(used));
  if (options.on_schema) {
    options.on_schema(used);
  }
  TAGLINE_ASSIGN_OR_RETURN(Rejects rejects, Rejects::open(options.rejects_path));
  const std::int64_t now =
      options.now_s.value_or(std::chrono::duration_cast<std::chrono::seconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count());
  RowSource source(used, files, std::move(first));
  source.show_as(options.shown_name);
  std::optional<Loader> loader;
  std::uint64_t people = 0;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(people, snapshot.people_version());
    TAGLINE_ASSIGN_OR_RETURN(auto plans, plan_fields(used, snapshot, now));
    TAGLINE_ASSIGN_OR_RETURN(auto types, IdentityTypes::read(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(
        auto links, RowLinks::make(used.links, slot_columns(used).size(), std::move(types)));
    loader.emplace(used, std::move(plans), std::move(links), snapshot, rejects);
    source.prepare_with([&loader](RowBatch& batch) { loader->prepare(batch); });
    const Status status = take_all(source, *loader, rejects, options, meter);
    TAGLINE_RETURN_IF_ERROR(rejects.close());
    loader->flush();
    return status;
  });
  TAGLINE_RETURN_IF_ERROR(read);
  TAGLINE_RETURN_IF_ERROR(check_cancelled(options));
  const Clock::time_point commit_start = Clock::now();
  const auto tell = [&] { meter.tell(loader->rows(), source.bytes_read(), true); };
  tell();
  const std::vector<std::string_view> new_ids = loader->users().new_ids();
  const Change change{loader->plans(), loader->delta(), new_ids, loader->users().first_new(),
                      people,          loader->links(), now,     tell};
  TAGLINE_ASSIGN_OR_RETURN(const Committed committed, commit(store, change));
  LoadReport report;
  report.rows = loader->rows();
  report.rejected = rejects.count();
  report.first_rejects = rejects.first();
  report.users_new = committed.users_new;
  report.users_known = loader->users().users_known() + loader->users().users_new() -
                       committed.users_new;  // others may have added some meanwhile
  report.tags_new = committed.tags_new;
  report.fragments_written = committed.fragments_written;
  report.links = committed.links;
  report.commit_seconds = seconds_since(commit_start);
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace tagline::ingest
