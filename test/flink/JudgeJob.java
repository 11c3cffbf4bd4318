import java.util.*;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/** The Java twin of test/fixtures/jobs/judge.js: the same uids, state names and types. Arguments: count|probe PARALLELISM. */
public class JudgeJob {
    static class Keep extends RichMapFunction<Long, Long> implements CheckpointedFunction {
        private final boolean probes;
        private transient ListState<Long> state;
        private long count;
        Keep(boolean probes) { this.probes = probes; }
        public Long map(Long value) { if (!probes) count++; return value; }
        public void snapshotState(FunctionSnapshotContext c) throws Exception {
            state.update(Collections.singletonList(count));
        }
        public void initializeState(FunctionInitializationContext c) throws Exception {
            state = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("kept", Types.LONG));
            for (Long value : state.get()) count += value;
            if (probes) System.out.println("kept " + count);
        }
    }

    static class Count extends KeyedProcessFunction<Long, Long, String> {
        private final boolean probes;
        private transient ValueState<Long> seen;
        private transient MapState<String, Long> last;
        Count(boolean probes) { this.probes = probes; }
        public void open(OpenContext c) {
            seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.LONG));
            last = getRuntimeContext().getMapState(new MapStateDescriptor<>("last", Types.STRING, Types.LONG));
        }
        public void processElement(Long n, Context c, Collector<String> out) throws Exception {
            if (probes) {
                out.collect("seen " + c.getCurrentKey() + " " + seen.value() + " " + last.get("n"));
                return;
            }
            seen.update((seen.value() == null ? 0 : seen.value()) + 1);
            last.put("n", n);
        }
    }

    public static void main(String[] args) throws Exception {
        boolean probes = args[0].equals("probe");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(Integer.parseInt(args[1]));
        env.setMaxParallelism(128);
        GeneratorFunction<Long, Long> same = n -> n;
        DataStream<Long> numbers = probes
                ? env.fromSource(new NumberSequenceSource(0, 99), WatermarkStrategy.noWatermarks(), "probe").uid("probe").setParallelism(1)
                : env.fromSource(new DataGeneratorSource<>(same, Long.MAX_VALUE, RateLimiterStrategy.perSecond(500), Types.LONG),
                        WatermarkStrategy.noWatermarks(), "gen").uid("gen-java").setParallelism(1);
        DataStream<String> counted = numbers
                .rebalance().map(new Keep(probes)).returns(Types.LONG).uid("keep").name("keep")
                .keyBy(n -> n % 100, Types.LONG)
                .process(new Count(probes)).returns(Types.STRING).uid("count").name("count");
        if (probes) {
            try (var found = counted.executeAndCollect()) { found.forEachRemaining(System.out::println); }
        } else {
            counted.sinkTo(new DiscardingSink<>()).name("drop").uid("drop");
            env.execute("judge");
        }
    }
}
