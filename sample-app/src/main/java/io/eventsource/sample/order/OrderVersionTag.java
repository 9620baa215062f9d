package io.eventsource.sample.order;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * An order's version as an entity tag.
 *
 * @param version the version
 */
record OrderVersionTag(long version) {

    private static final Pattern TAG = Pattern.compile("\"?([1-9][0-9]{0,17})\"?");

    /**
     * Reads what stands in {@code If-Match}: a version, quoted as an entity tag or bare.
     *
     * @throws ResponseStatusException with status 400 when it is something else
     */
    static OrderVersionTag parse(String ifMatch) {
        Matcher matcher = TAG.matcher(ifMatch.strip());
        if (!matcher.matches()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "If-Match must be an order's version, as the ETag of GET /orders/{id} has it, for example \"3\".");
        }
        return new OrderVersionTag(Long.parseLong(matcher.group(1)));
    }

    @Override
    public String toString() {
        return "\"" + version + "\"";
    }
}
