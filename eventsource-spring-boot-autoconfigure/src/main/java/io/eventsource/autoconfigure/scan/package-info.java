/** Where the application's classes are looked for that are no beans: events and aggregates. */
@NullMarked
package io.eventsource.autoconfigure.scan;

import org.jspecify.annotations.NullMarked;
