#include "server/build.h"

#include "engine/kernels.h"
#include "engine/roaring_version.h"
#include "server/build_fields.h"
#include "server/diagnostic_json.h"
#include "server/http/library_versions.h"
#include "storage/format_version.h"
#include "storage/lmdb_version.h"

namespace tagline::server {

std::vector<Library> libraries() {
  return {{"CRoaring", engine::roaring_version()},
          {"LMDB", storage::lmdb_version()},
          {"Boost", boost_version()},
          {"OpenSSL", openssl_version()}};
}

KernelSets kernel_sets() {
  KernelSets sets;
  const auto compiled = engine::compiled_kernels();
  sets.compiled.assign(compiled.begin(), compiled.end());
  for (const engine::Kernels* set : engine::all_kernels()) {
    sets.available.emplace_back(set->name);
  }
  sets.in_use = engine::kernels().name;
  return sets;
}

FormatVersions format_versions() {
  return {storage::kFormatVersion, storage::kOldestFormatVersion};
}

Json build_fields(const Build& build) {
  Json fields{{"version", build.version}};
  if (!build.commit.empty()) {
    fields["commit"] = build.commit;
  }
  if (!build.date.empty()) {
    fields["date"] = build.date;
  }
  fields["type"] = build.type;
  fields["compiler"] = build.compiler;
  const FormatVersions format = format_versions();
  fields["format"] = {{"written", format.written}, {"oldest_read", format.oldest_read}};
  const KernelSets kernels = kernel_sets();
  fields["kernels"] = {
      {"in_use", kernels.in_use}, {"available", kernels.available}, {"compiled", kernels.compiled}};
  Json versions = Json::object();
  for (const Library& library : libraries()) {
    versions[library.name] = library.version;
  }
  fields["libraries"] = std::move(versions);
  return fields;
}

std::string build_json(const Build& build) {
  return dump(build_fields(build));
}

}  // namespace tagline::server
