/** An application that scans another package than its own. */
@NullMarked
package io.eventsource.autoconfigure.scanned.config;

import org.jspecify.annotations.NullMarked;
