#include "server/id_page.h"

#include "dsl/fingerprint.h"
#include "engine/cached_count.h"
#include "engine/computed_rows.h"
#include "engine/page.h"
#include "server/cursor.h"
#include "server/day_text.h"
#include "server/prepared.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tagline::server {
namespace {

using engine::UserIndex;

tl::unexpected<Error> of_another(const Text& what, const Text& hint) {
  return failure(ErrorCode::BadCursor,
                 {"this cursor is of another " + what.en, "该游标属于另一个" + what.zh}, hint);
}

/// Refuses the cursor of another state, as far as the expression need not be known for it.
Status check_state(const Cursor& cursor, const storage::Snapshot& snapshot) {
  if (cursor.database != key_of(snapshot.seed())) {
    return of_another({"database", "数据库"},
                      {"ask the database that gave it, or leave it out to begin at the first page",
                       "请查询给出该游标的数据库，或去掉游标从第一页开始"});
  }
  if (cursor.data_version != snapshot.data_version()) {
    const std::string then = std::to_string(cursor.version);
    const std::string now = std::to_string(snapshot.data_version());
    return failure(
        ErrorCode::CursorExpired,
        {"the data has changed since this cursor was given: it is of version " + then +
             ", the data changed in version " + now,
         "给出该游标之后数据已更新：游标属于版本 " + then + "，数据在版本 " + now + " 中有改动"},
        {"begin again at the first page, without the cursor; to have all ids of one state, take "
         "them in one go, without a limit",
         "请去掉游标，从第一页重新开始；若要取得同一状态下的全部编号，请不加限制一次取完"});
  }
  return {};
}

/// The rest, with the expression known. Where the catalogue has changed meanwhile, another
/// expression may be the same text with another meaning.
Status check_question(const Cursor& cursor, const Prepared& prepared, std::uint64_t expression,
                      const storage::Snapshot& snapshot) {
  if (cursor.as_of != prepared.answer.as_of) {
    const std::string day = day_text(cursor.as_of);
    return of_another({"day: it is of " + day, "日期：它属于 " + day},
                      {"leave the day out: a page after another is of that one's day",
                       "请不要另写日期：后一页沿用前一页的日期"});
  }
  if (cursor.expression != expression && cursor.version != snapshot.version()) {
    return failure(
        ErrorCode::CursorExpired,
        {"what this expression means has changed since the cursor was given (a segment's rule, or "
         "the names of values), or it is another expression",
         "给出该游标之后，表达式的含义已改变（人群的规则或取值的名称有改动），或者表达式不同"},
        {"begin again at the first page, without the cursor", "请去掉游标，从第一页重新开始"});
  }
  if (cursor.expression != expression) {
    return of_another({"expression", "表达式"},
                      {"ask with the expression of the page before, or leave the cursor out to "
                       "begin at the first page",
                       "请使用与上一页相同的表达式，或去掉游标从第一页开始"});
  }
  return {};
}

/// Kept between the pages of one state, where counts are kept.
Result<std::uint64_t> count_of(const QueryRequest& request, Prepared& prepared,
                               const storage::Snapshot& snapshot,
                               const engine::ExecuteOptions& options) {
  if (request.answers == nullptr) {
    return engine::count(prepared.plan, prepared.root, snapshot, options);
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::CachedCount counted,
                           engine::cached_count(*request.answers, snapshot.data_version(),
                                                prepared.plan, prepared.root, snapshot, options));
  return counted.users;
}

/// Ids of a block's users to the sink, as long as the reader of pages likes it.
engine::VisitUsers ids_to(const IdSink& sink, const storage::Snapshot& snapshot,
                          std::uint64_t& sent) {
  return [&sink, &snapshot, &sent](std::span<const UserIndex> users) -> Result<bool> {
    TAGLINE_RETURN_IF_ERROR(
        snapshot.for_each_external_id(users, [&](UserIndex, std::string_view id) {
          sink(id);
          return true;
        }));
    sent += users.size();
    return true;
  };
}

}  // namespace

Outcome<IdPage> id_page(const storage::Snapshot& snapshot, const QueryRequest& request,
                        const IdPageRequest& page, const IdSink& sink) {
  const auto start = Clock::now();
  QueryRequest asked = request;
  std::optional<Cursor> cursor;
  if (page.after.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(cursor, read_cursor(*page.after));
    TAGLINE_RETURN_IF_ERROR(check_state(*cursor, snapshot));
    asked.as_of = request.as_of.value_or(cursor->as_of);
  }
  auto prepared = prepare(asked, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  const std::uint64_t expression = key_of(dsl::fingerprint(prepared->checked.bound));
  if (cursor.has_value()) {
    TAGLINE_RETURN_IF_ERROR(check_question(*cursor, *prepared, expression, snapshot));
  }

  engine::ComputedRows decided;  // a top is ranked once for the count and the page
  engine::ExecuteOptions options = execute_options(request);
  options.computed = &decided;
  IdPage found;
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                           count_of(request, *prepared, snapshot, options));
  TAGLINE_ASSIGN_OR_RETURN(const engine::Sweep sweep,
                           engine::Sweep::prepare(prepared->plan, {&prepared->root, 1}, snapshot,
                                                  options, engine::Answers::InTurn));
  TAGLINE_ASSIGN_OR_RETURN(
      const std::optional<UserIndex> next,
      engine::each_of_page(sweep, cursor.has_value() ? cursor->next : 0, page.limit,
                           ids_to(sink, snapshot, found.returned)));
  const std::uint64_t before = (cursor.has_value() ? cursor->before : 0) + found.returned;
  found.remaining = count - std::min(before, count);
  if (next.has_value()) {
    Cursor behind;
    behind.version = snapshot.version();
    behind.data_version = snapshot.data_version();
    behind.as_of = prepared->answer.as_of;
    behind.database = key_of(snapshot.seed());
    behind.expression = expression;
    behind.next = *next;
    behind.before = static_cast<std::uint32_t>(before);  // below `next`, so it fits
    found.next = text_of(behind);
  }
  found.answer = std::move(prepared->answer);
  found.answer.count = count;
  found.answer.elapsed = since(start);
  return found;
}

Outcome<Answer> all_ids(const storage::Snapshot& snapshot, const QueryRequest& request,
                        const IdSink& sink) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(
      const engine::Sweep sweep,
      engine::Sweep::prepare(prepared->plan, {&prepared->root, 1}, snapshot,
                             execute_options(request), engine::Answers::InTurn));
  std::uint64_t sent = 0;
  TAGLINE_RETURN_IF_ERROR(engine::each_page(sweep, ids_to(sink, snapshot, sent)));
  Answer answer = std::move(prepared->answer);
  answer.count = sent;
  answer.elapsed = since(start);
  return answer;
}

}  // namespace tagline::server
