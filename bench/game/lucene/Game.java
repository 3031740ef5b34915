/*
 * Game.java - Lucene in the search-benchmark game; bench/game/protocol.h has the lines.
 *
 *     java Game build DIR     articles on standard input; one thread, one segment
 *     java Game query DIR     questions on standard input, an answer a line
 *
 * As the game's own program for Lucene does it: BM25Similarity, the ten best through
 * TopScoreDocCollector, which skips what cannot get in unless all are to be counted.
 */
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;

import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;

public class Game {
    private static final String FIELD = "text";

    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !(args[0].equals("build") || args[0].equals("query"))) {
            System.err.println("Game build|query DIR");
            System.exit(2);
        }
        Path dir = Paths.get(args[1]);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
        if (args[0].equals("build")) {
            build(dir, in);
        } else {
            answerAll(dir, in);
        }
    }

    private static void build(Path dir, BufferedReader in) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer(255));
        config.setSimilarity(new BM25Similarity());
        config.setRAMBufferSizeMB(512);
        config.setMergeScheduler(new SerialMergeScheduler());
        try (Directory directory = FSDirectory.open(dir);
             IndexWriter writer = new IndexWriter(directory, config)) {
            Document document = new Document();
            StoredField id = new StoredField("id", "");
            TextField text = new TextField(FIELD, "", Field.Store.NO);
            document.add(id);
            document.add(text);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                id.setStringValue(between(line, "{\"id\":\"", 0));
                text.setStringValue(between(line, ",\"text\":\"", line.indexOf(',')));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }

    /* The string that begins behind `key`, which stands at `at`. */
    private static String between(String line, String key, int at) {
        int end = line.indexOf('"', at + key.length());
        if (at < 0 || !line.startsWith(key, at) || end < 0) {
            throw new IllegalArgumentException("no article: " + line);
        }
        return line.substring(at + key.length(), end);
    }

    private static void answerAll(Path dir, BufferedReader in) throws IOException {
        BufferedWriter out = new BufferedWriter(
            new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(dir))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            searcher.setSimilarity(new BM25Similarity());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int tab = line.indexOf('\t');
                out.write(Long.toString(answer(searcher, line.substring(0, tab),
                                               query(line.substring(tab + 1)))));
                out.newLine();
                out.flush();
            }
        }
    }

    private static long answer(IndexSearcher searcher, String command, Query query)
        throws IOException {
        switch (command) {
        case "COUNT":
            return searcher.count(query);
        case "TOP_10":
            return top(searcher, query, 10, 10).topDocs().scoreDocs.length;
        case "TOP_100":
            return top(searcher, query, 100, 100).topDocs().scoreDocs.length;
        case "TOP_10_COUNT":
            return top(searcher, query, 10, Integer.MAX_VALUE).topDocs().totalHits.value;
        default:
            throw new IllegalArgumentException("unknown command " + command);
        }
    }

    private static TopScoreDocCollector top(IndexSearcher searcher, Query query, int shown,
                                            int counted) throws IOException {
        TopScoreDocCollector collector = TopScoreDocCollector.create(shown, counted);
        searcher.search(query, collector);
        return collector;
    }

    private static Query query(String text) {
        if (text.startsWith("\"")) {
            String[] words = text.substring(1, text.length() - 1).split(" ");
            return words.length == 1 ? word(words[0]) : new PhraseQuery(FIELD, words);
        }
        BooleanClause.Occur occur = text.startsWith("+") ? BooleanClause.Occur.MUST
                                                         : BooleanClause.Occur.SHOULD;
        String[] words = text.split(" ");
        if (words.length == 1) {
            return word(words[0].replace("+", ""));
        }
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        for (String word : words) {
            builder.add(word(word.replace("+", "")), occur);
        }
        return builder.build();
    }

    private static Query word(String word) {
        return new TermQuery(new Term(FIELD, word));
    }
}
