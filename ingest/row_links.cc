#include "ingest/row_links.h"

#include "ingest/person.h"
#include "ingest/text.h"

#include <algorithm>

namespace tagline::ingest {

Result<RowLinks> RowLinks::make(std::span<const LinkColumn> columns, std::size_t slots,
                                IdentityTypes types) {
  for (const LinkColumn& column : columns) {
    if (types.find(column.type) == nullptr) {
      std::string known;
      for (const auto& [name, type] : types.all()) {
        known += (known.empty() ? "" : ", ") + name;
      }
      return failure(ErrorCode::BadSchema,
                     {"links: column " + excerpt(column.column) + " has the type \"" +
                          excerpt(column.type) + "\", expected one of " + known,
                      "links：列 " + excerpt(column.column) + " 的类型为“" + excerpt(column.type) +
                          "”，应为 " + known + " 之一"},
                     {"correct the schema, or add the type", "请修改模式，或新增该类型"});
    }
  }
  return RowLinks(columns, slots - columns.size(), std::move(types));
}

/// `fn(column, text)` for each identity of the row; text may be blank.
template <class Fn>
void RowLinks::each(const RowBatch& batch, std::size_t row, const Fn& fn) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Cell& cell = batch.cell(row, first_slot_ + i);
    std::string_view rest = batch.text(cell);
    if (cell.kind == CellKind::Text) {
      fn(columns_[i], trim(rest));
    } else if (cell.kind == CellKind::List) {
      while (!rest.empty()) {
        const auto end = std::min(rest.find(kListEnd), rest.size());
        fn(columns_[i], trim(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }
}

std::optional<Text> RowLinks::reason(const RowBatch& batch, std::size_t row) const {
  std::optional<Text> reason;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (batch.cell(row, first_slot_ + i).kind == CellKind::Object) {
      const std::string& column = columns_[i].column;
      return Text{"column " + column + ": found a nested object, expected an identity",
                  "列 " + column + "：发现嵌套对象，应为身份标识"};
    }
  }
  each(batch, row, [&](const LinkColumn& column, std::string_view text) {
    if (text.empty() || reason.has_value()) {
      return;
    }
    IdentityTypes::Normal normal = types_.normal(*types_.find(column.type), text);
    if (normal.text.empty() && !normal.nobody) {
      reason = Text{"column " + column.column + ": " + normal.why.en,
                    "列 " + column.column + "：" + normal.why.zh};
    }
  });
  return reason;
}

void RowLinks::take(const RowBatch& batch, std::size_t row, engine::UserIndex user) {
  each(batch, row, [&](const LinkColumn& column, std::string_view text) {
    IdentityTypes::Normal normal;
    if (!text.empty()) {
      normal = types_.normal(*types_.find(column.type), text);
    }
    if (!normal.text.empty()) {
      stated_.emplace_back(user, std::move(normal.text));
    }
  });
}

void RowLinks::renumber(engine::UserIndex first, std::span<const engine::UserIndex> to) {
  for (auto& [user, identity] : stated_) {
    user = user < first ? user : to[user - first];
  }
}

Result<LinkCounts> RowLinks::write(storage::WriteTxn& txn, std::int64_t now_s,
                                   const std::string& source) const {
  LinkCounts counts;
  TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, now_s, source));
  std::vector<std::size_t> order(stated_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return stated_[a].first < stated_[b].first;
  });
  for (std::size_t begin = 0; begin < order.size();) {
    const engine::UserIndex user = stated_[order[begin]].first;
    LinkRequest request;
    for (; begin < order.size() && stated_[order[begin]].first == user; ++begin) {
      request.identities.push_back(stated_[order[begin]].second);
    }
    // Earlier rows may have made the user another person's.
    TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex person, txn.survivor_of(user));
    TAGLINE_ASSIGN_OR_RETURN(auto plan, people.plan(request, person));
    if (!plan.done.has_value()) {
      ++counts.refused;
      if (counts.first_refused.size() < LinkCounts::kRefusedKept) {
        TAGLINE_ASSIGN_OR_RETURN(std::string id, txn.external_id(person));
        counts.first_refused.push_back({std::move(id), std::move(plan.refused)});
      }
      continue;
    }
    TAGLINE_ASSIGN_OR_RETURN(const Linked linked, people.link(*plan.done, person, source));
    counts.identities_new += linked.identities_new;
    counts.merges += linked.merges.size();
  }
  return counts;
}

}  // namespace tagline::ingest
