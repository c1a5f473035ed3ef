// convert: from the cells of a batch to typed values.
#pragma once

#include "ingest/field_plan.h"
#include "ingest/row_batch.h"
#include "ingest/row_links.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace tagline::ingest {

/// As ingest/identity.h, of a cell.
[[nodiscard]] std::optional<Text> id_reason(const RowBatch& batch, const Cell& cell);

/// Turns the columns of `batch` into batch.converted. Rows that hold a bad value, or an identity
/// that cannot be one, are added to batch.bad with the reason and left out of the values. Texts not
/// seen before become new values in the dictionaries of `plans`; nothing else of them changes.
/// `has_id`: slot 0 is the id.
void convert(RowBatch& batch, bool has_id, std::vector<FieldPlan>& plans, const RowLinks& links);

}  // namespace tagline::ingest
