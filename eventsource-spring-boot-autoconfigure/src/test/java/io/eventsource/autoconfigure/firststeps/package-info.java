/** The application of the README's first page. */
@NullMarked
package io.eventsource.autoconfigure.firststeps;

import org.jspecify.annotations.NullMarked;
