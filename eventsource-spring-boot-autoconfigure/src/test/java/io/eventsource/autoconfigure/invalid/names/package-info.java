/** An application two of whose events have one name. */
@NullMarked
package io.eventsource.autoconfigure.invalid.names;

import org.jspecify.annotations.NullMarked;
