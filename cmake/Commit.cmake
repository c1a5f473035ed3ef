# tagline_commit(SOURCE COMMIT DATE): of the clone whose top folder is SOURCE. COMMIT: short, "-dirty" behind it when
# files it tracks differ from it; empty where there is no clone (a tarball). DATE: the commit's day in UTC, or that of
# SOURCE_DATE_EPOCH where it is set; empty when neither is known. Never the clock: one source makes one program.
function(tagline_commit source commit date)
  set(found "")
  set(day "")
  find_program(TAGLINE_GIT git)
  if(TAGLINE_GIT)
    # A tarball unpacked inside somebody's clone is not that clone's commit.
    execute_process(COMMAND ${TAGLINE_GIT} -C ${source} rev-parse --show-toplevel
      OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    file(REAL_PATH "${source}" here)
    if(top AND top STREQUAL here)
      execute_process(COMMAND ${TAGLINE_GIT} -C ${source} rev-parse --short=10 HEAD
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
  endif()
  if(found)
    execute_process(COMMAND ${TAGLINE_GIT} -C ${source} log -1 --format=%ct
      OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND ${TAGLINE_GIT} --no-optional-locks -C ${source} status --porcelain --untracked-files=no
      OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(changes)
      string(APPEND found "-dirty")
    endif()
    if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
      set(ENV{SOURCE_DATE_EPOCH} ${epoch})
      string(TIMESTAMP day "%Y-%m-%d" UTC)
      unset(ENV{SOURCE_DATE_EPOCH})
    endif()
  endif()
  if(DEFINED ENV{SOURCE_DATE_EPOCH})
    string(TIMESTAMP day "%Y-%m-%d" UTC)
  endif()
  set(${commit} "${found}" PARENT_SCOPE)
  set(${date} "${day}" PARENT_SCOPE)
endfunction()
