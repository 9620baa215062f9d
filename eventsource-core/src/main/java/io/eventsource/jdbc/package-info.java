/** JDBC inside and outside of the calling thread's transaction. */
@NullMarked
package io.eventsource.jdbc;

import org.jspecify.annotations.NullMarked;
