# Third-party libraries, each as an imported target. Debian packages: .ci/packages.txt.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# CRoaring 4.x: the frozen form and internal_validate are needed; Debian 12's own 0.2.66 is too old.
find_package(roaring 4 QUIET)
if(NOT roaring_FOUND)
  include(FetchContent)
  set(ENABLE_ROARING_TESTS OFF CACHE INTERNAL "")
  FetchContent_Declare(roaring GIT_REPOSITORY https://github.com/RoaringBitmap/CRoaring.git GIT_TAG v4.6.1 SYSTEM)
  FetchContent_MakeAvailable(roaring)
  add_library(roaring::roaring ALIAS roaring)
endif()

find_package(Boost 1.74 REQUIRED)          # headers: Spirit X3
find_package(OpenSSL 3 REQUIRED)           # server/http: TLS
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)                # date::date-tz
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(isocline REQUIRED IMPORTED_TARGET isocline)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka)

find_path(EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)
find_path(CSV_INCLUDE_DIR csv.h REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
add_library(tagline_csv INTERFACE)
target_include_directories(tagline_csv SYSTEM INTERFACE ${CSV_INCLUDE_DIR})
target_link_libraries(tagline_csv INTERFACE ${CSV_LIBRARY})

if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()
