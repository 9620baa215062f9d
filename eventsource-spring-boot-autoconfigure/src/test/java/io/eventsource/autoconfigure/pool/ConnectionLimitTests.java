package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionLimitTests {

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    @ParameterizedTest
    @CsvSource({"100, 3, 10, 90", "95, 3, 10, 85", "20, 3, 3, 17", "1000, 3, 100, 900"})
    void a_tenth_is_kept_free_or_what_the_server_reserves_if_that_is_more(
            int maxConnections, int reserved, int keptFree, int usable) {
        assertThat(ConnectionLimit.of(maxConnections, reserved, NO_LIMIT))
                .isEqualTo(new ConnectionLimit(maxConnections, keptFree, usable));
    }

    @Test
    void a_lower_limit_of_the_role_or_the_database_counts() {
        assertThat(ConnectionLimit.of(100, 3, 40).usable()).isEqualTo(40);
        assertThat(ConnectionLimit.of(100, 3, 95).usable()).isEqualTo(90);
    }

    @Test
    void demand_counts_what_each_instance_holds_beside_its_pool() {
        ConnectionLimit limit = ConnectionLimit.of(100, 3, NO_LIMIT);

        assertThat(new ConnectionLimit.Demand(3, 28, 2).total()).isEqualTo(90);
        assertThat(new ConnectionLimit.Demand(3, 28, 2).fits(limit)).isTrue();
        assertThat(new ConnectionLimit.Demand(3, 29, 2).fits(limit)).isFalse();
        assertThat(new ConnectionLimit.Demand(3, 29, 2).largestPool(limit)).isEqualTo(28);
        assertThat(new ConnectionLimit.Demand(50, 25, 2).largestPool(limit)).isLessThanOrEqualTo(0);
    }

    @Test
    void demand_of_no_instance_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConnectionLimit.Demand(0, 10, 2))
                .withMessage("There must be 1 instance or more, but there are 0");
    }
}
