package io.eventsource.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.EffectLog.Segment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SegmentHistoryTests {

    private final SegmentHistory history = new SegmentHistory();

    private static Segment whole(@Nullable String owner, long epoch, long position) {
        return new Segment("p", 0, 0, 1_023, owner, epoch, position);
    }

    @Test
    void progress_and_new_owners_in_new_epochs_are_no_violation() {
        assertThat(history.add(1, List.of(whole("a", 1, 5)))).isEmpty();
        assertThat(history.add(2, List.of(whole(null, 1, 6)))).isEmpty();
        assertThat(history.add(3, List.of(whole("b", 2, 6)))).isEmpty();
    }

    @Test
    void a_checkpoint_that_goes_back_is_found_whatever_segment_its_buckets_belong_to() {
        assertThat(history.add(1, List.of(whole("a", 1, 5)))).isEmpty();
        List<Segment> divided =
                List.of(new Segment("p", 0, 0, 511, "a", 1, 5), new Segment("p", 1, 512, 1_023, "a", 1, 4));
        assertThat(history.add(2, divided)).singleElement().asString().contains("back from 5 in bucket 512");
    }

    @Test
    void positions_may_go_back_when_they_are_forgotten() {
        assertThat(history.add(1, List.of(whole("a", 1, 5)))).isEmpty();
        history.forgetPositions();
        assertThat(history.add(2, List.of(whole("a", 1, 0)))).isEmpty();
    }

    @Test
    void an_epoch_that_goes_back_is_found() {
        assertThat(history.add(1, List.of(whole(null, 2, 5)))).isEmpty();
        assertThat(history.add(2, List.of(whole(null, 1, 5))))
                .singleElement()
                .asString()
                .contains("had the epoch 2 before");
    }

    @Test
    void two_owners_in_one_epoch_are_found() {
        assertThat(history.add(1, List.of(whole("a", 1, 5)))).isEmpty();
        assertThat(history.add(2, List.of(whole(null, 1, 5)))).isEmpty();
        assertThat(history.add(3, List.of(whole("b", 1, 5))))
                .singleElement()
                .asString()
                .contains("owned by a in the same epoch");
    }

    @Test
    void the_longest_time_without_a_living_owner_is_measured() {
        history.add(10, List.of(whole("a", 1, 0)));
        history.add(20, List.of(whole(null, 1, 0)));
        history.add(25, List.of(whole("b", 2, 0)));
        history.add(40, List.of(whole("c", 3, 0)));
        assertThat(history.longestWithoutOwner(0, 50, Set.of())).isEqualTo(Map.of(0, Duration.ofNanos(5)));
        assertThat(history.longestWithoutOwner(22, 50, Set.of())).isEqualTo(Map.of(0, Duration.ofNanos(3)));
        assertThat(history.longestWithoutOwner(30, 50, Set.of("b"))).isEqualTo(Map.of(0, Duration.ofNanos(10)));
        assertThat(history.longestWithoutOwner(30, 50, Set.of("c"))).isEqualTo(Map.of(0, Duration.ofNanos(10)));
    }
}
