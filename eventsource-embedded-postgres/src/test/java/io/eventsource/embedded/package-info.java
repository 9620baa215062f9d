@NullMarked
package io.eventsource.embedded;

import org.jspecify.annotations.NullMarked;
