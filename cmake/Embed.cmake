# tagline_embed(TARGET tagline_server HEADER server/api/documents.h NAMESPACE tagline::server FILES a.json b.html)
# Adds to TARGET a generated source that defines `std::span<const EmbeddedFile> embedded_files()` as declared in
# HEADER: the FILES, by name, in the order given. A changed file is embedded again at the next build.
function(tagline_embed)
  cmake_parse_arguments(E "" "TARGET;HEADER;NAMESPACE" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cc)
  set(inputs)
  foreach(file ${E_FILES})
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DHEADER=${E_HEADER}" "-DNAMESPACE=${E_NAMESPACE}" "-DINPUTS=${inputs}"
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${E_TARGET} PRIVATE ${out})
endfunction()
