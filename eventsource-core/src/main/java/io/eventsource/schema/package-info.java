/** The library's tables: where they are, and the migrations that make them. */
@NullMarked
package io.eventsource.schema;

import org.jspecify.annotations.NullMarked;
