// Ids: the people an expression selects, as external ids, ascending by user index: all of them, or
// page by page.
#pragma once

#include "server/service.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

/// Called with each external id. To stop early, cancel the request's budget.
using IdSink = std::function<void(std::string_view)>;

struct IdPageRequest {
  std::uint64_t limit = 0;           ///< ids on the page, at most
  std::optional<std::string> after;  ///< IdPage::next of the page before; nothing: the first page
};

struct IdPage {
  Answer answer;                    ///< its count is of all pages
  std::uint64_t returned = 0;       ///< ids that came
  std::uint64_t remaining = 0;      ///< ids on pages still to come
  std::optional<std::string> next;  ///< cursor of the next page; nothing: there is none
};

/// One page; its ids go to `sink` and are not kept. Without a day in the request, a page after
/// another is of that one's day, so that pages fit together also over midnight.
///
/// CursorExpired: the data has changed since the cursor was given, or what the expression means (a
/// segment's rule, the values a pattern stands for); other edits of the catalogue leave it good.
/// BadCursor: it is no cursor, or
/// one of another database, expression or day. (A copy of a database is the same database until one
/// of both changes, and again where both are of one version.) Refused when the expression is at
/// fault.
///
/// Cost: the count (kept between pages with QueryRequest::answers), and the blocks of the page;
/// those of the pages before are not looked at.
[[nodiscard]] Outcome<IdPage> id_page(const storage::Snapshot& snapshot,
                                      const QueryRequest& request, const IdPageRequest& page,
                                      const IdSink& sink);

/// All ids; the answer's time is that of the sink, too. Memory: a block's users and a block of ids,
/// however many there are.
[[nodiscard]] Outcome<Answer> all_ids(const storage::Snapshot& snapshot,
                                      const QueryRequest& request, const IdSink& sink);

}  // namespace tagline::server
