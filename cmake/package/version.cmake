# Sets package_version: the project's, with day and commit behind it where it is not the release itself (no tag of that
# name is on the commit): 0.1.0~git20260131.0123456789, which sorts before 0.1.0. And SOURCE_DATE_EPOCH, so that one
# commit makes the same bytes.
include(${CPACK_TAGLINE_SOURCE}/cmake/Commit.cmake)
tagline_commit(${CPACK_TAGLINE_SOURCE} commit day)
set(package_version ${CPACK_TAGLINE_VERSION})
if(commit)
  execute_process(COMMAND ${TAGLINE_GIT} -C ${CPACK_TAGLINE_SOURCE} tag --points-at HEAD --list v${CPACK_TAGLINE_VERSION}
    OUTPUT_VARIABLE tag OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT tag OR commit MATCHES "-dirty$")
    string(REPLACE "-" "" digits "${day}")
    string(REPLACE "-" "." mark "${commit}")
    string(APPEND package_version "~git${digits}.${mark}")
  endif()
  if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND ${TAGLINE_GIT} -C ${CPACK_TAGLINE_SOURCE} log -1 --format=%ct
      OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(ENV{SOURCE_DATE_EPOCH} ${epoch})
  endif()
endif()
