/** The connections to the database: the defaults of the pool, TLS, and a report on them. */
@NullMarked
package io.eventsource.autoconfigure.pool;

import org.jspecify.annotations.NullMarked;
