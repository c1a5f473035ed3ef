// Two threads: one reads, decompresses and splits (row_source), the caller's converts, resolves ids
// and builds bitmaps (stage, delta). They meet in a queue of a few megabytes. Nothing is written
// until all rows are read; then one transaction takes everything, so that a kill at any moment
// leaves the database as it was.

#include "ingest/load.h"

#include "ingest/commit.h"
#include "ingest/delta.h"
#include "ingest/field_plan.h"
#include "ingest/intake.h"
#include "ingest/limits.h"
#include "ingest/load_events.h"
#include "ingest/rejects.h"
#include "ingest/row_source.h"
#include "ingest/stage.h"
#include "ingest/text.h"
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

/// A stage is turned into bitmaps at this many rows or bytes: enough that a scattered update
/// touches each bitmap few times, little enough that it does not count beside the bitmaps
/// themselves.
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
  Loader(const Schema& schema, std::vector<FieldPlan> plans, const storage::Snapshot& snapshot,
         Rejects& rejects)
      : plans_(std::move(plans)),
        users_(snapshot),
        rejects_(rejects),
        delta_(plans_.size()),
        has_id_(!schema.id_column.empty()) {
    stage_.fields.resize(plans_.size());
  }

  [[nodiscard]] Status take(const RowBatch& batch) override {
    std::vector<BadRow> bad = batch.bad;
    rows_ += batch.rows.size() + batch.bad.size();
    convert(batch, has_id_ ? 1 : 0, plans_, stage_, good_, bad);
    for (const FieldPlan& plan : plans_) {
      if (plan.dictionary.full()) {
        const std::string limit = std::to_string(kValuesMax);
        return failure(
            ErrorCode::TooLarge,
            {"column " + plan.column.column + " has more than " + limit + " different values",
             "列 " + plan.column.column + " 的不同取值超过 " + limit + " 个"},
            {"skip the column: it looks like an identifier or free text",
             "请跳过该列：它像是编号或自由文本"});
      }
    }
    TAGLINE_RETURN_IF_ERROR(resolve(batch));
    TAGLINE_RETURN_IF_ERROR(rejects_.add_rows(batch, std::move(bad)));
    if (stage_.users.size() >= kStageRows || stage_.bytes() >= kStageBytes) {
      flush();
    }
    return {};
  }

  void flush() {
    delta_.apply(stage_, plans_);
    stage_.clear();
  }

  [[nodiscard]] std::uint64_t rows() const override { return rows_; }
  [[nodiscard]] const std::vector<FieldPlan>& plans() const { return plans_; }
  [[nodiscard]] const UserIndex& users() const { return users_; }
  [[nodiscard]] const Delta& delta() const { return delta_; }

 private:
  [[nodiscard]] Status resolve(const RowBatch& batch) {
    for (const std::uint32_t row : good_) {
      if (has_id_) {
        TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user,
                                 users_.find_or_add(trim(batch.text(batch.cell(row, 0)))));
        stage_.users.push_back(user);
      } else {
        std::array<char, 24> digits{};
        const auto [end, error] =
            std::to_chars(digits.data(), digits.data() + digits.size(), batch.rows[row].number);
        static_cast<void>(error);  // 24 bytes hold every 64-bit number
        TAGLINE_ASSIGN_OR_RETURN(
            const engine::UserIndex user,
            users_.add_distinct({digits.data(), static_cast<std::size_t>(end - digits.data())}));
        stage_.users.push_back(user);
      }
    }
    return {};
  }

  std::vector<FieldPlan> plans_;
  UserIndex users_;
  Rejects& rejects_;
  Delta delta_;
  Stage stage_;
  std::vector<std::uint32_t> good_;
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
      TAGLINE_ASSIGN_OR_RETURN(const auto user, snapshot.find_user(id));
      return user.has_value();
    };
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string_view sample, input.peek(kSampleBytes));
  return infer_sample(sample, input.peeked_all(), infer_options);
}

/// The first file, opened, and the schema for it.
Result<Schema> infer_first(storage::Store& store, const std::string& file,
                           const LoadOptions& options, std::unique_ptr<Input>& first) {
  TAGLINE_ASSIGN_OR_RETURN(first, Input::open(file));
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
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t bytes_total, total_bytes(files));
  TAGLINE_RETURN_IF_ERROR(spare_inputs(store, files, options));
  Meter meter(options, bytes_total);
  std::unique_ptr<Input> first;
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
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  RowSource source(used, files, std::move(first));
  std::optional<Loader> loader;
  const Status read = store.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(auto plans, plan_fields(used, snapshot, now));
    loader.emplace(used, std::move(plans), snapshot, rejects);
    const Status status = take_all(source, *loader, rejects, options, meter);
    TAGLINE_RETURN_IF_ERROR(rejects.close());
    loader->flush();
    return status;
  });
  TAGLINE_RETURN_IF_ERROR(read);
  const Clock::time_point commit_start = Clock::now();
  meter.tell(loader->rows(), source.bytes_read(), true);
  const std::vector<std::string_view> new_ids = loader->users().new_ids();
  const Change change{loader->plans(), loader->delta(), new_ids, loader->users().first_new(), now};
  TAGLINE_ASSIGN_OR_RETURN(const Committed committed, commit(store, change));
  LoadReport report;
  report.rows = loader->rows();
  report.rejected = rejects.count();
  report.first_rejects = rejects.first();
  report.users_new = loader->users().users_new();
  report.users_known = loader->users().users_known();
  report.tags_new = committed.tags_new;
  report.fragments_written = committed.fragments_written;
  report.commit_seconds = seconds_since(commit_start);
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace tagline::ingest
