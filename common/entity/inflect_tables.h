/* inflect_tables.h - endings of names. Internal to inflect.c. */
#ifndef ENTITY_INFLECT_TABLES_H
#define ENTITY_INFLECT_TABLES_H

/* A word that ends in one of `endings` (blank-separated) loses its last `drop` letters,
 * and gets each of `forms`; "_" is none. The first rule that fits is the only one. */
struct inflect_rule {
    const char *endings;
    unsigned drop;
    const char *forms;
};

static const struct inflect_rule russian[] = {
    {"Лев", 2, "ьва ьву ьвом ьве"},
    {"ский цкий", 2, "ого ому им ом"},
    {"ий", 2, "ия ию ием ии его ему им ем ого ому ом"},
    {"ый ой", 2, "ого ому ым ом"},
    {"ая", 2, "ой ую ою"},
    {"яя", 2, "ей юю ею"},
    {"ое", 2, "ого ому ым ом им"},
    {"ее", 2, "его ему им ем"},
    {"ые", 2, "ых ым ыми"},
    {"ие", 2, "их им ими ия ию ием ии ий"},
    {"ия", 1, "и ю ей ею й ям ями ях"},
    {"ья", 1, "и ю ей ёй е"},
    {"я", 1, "и е ю ей ёй ею ь ям ями ях"},
    {"га ка ха жа ша ча ща", 1, "и е у ой ою ей"},
    {"ца", 1, "ы е у ей ой"},
    {"а", 1, "ы е у ой ою"},
    {"ь", 1, "и ью я ю ем ём е"},
    {"й", 1, "я ю ем е"},
    {"ец", 2, "ца цу цем цом це еца ецу ецем ецом еце"},
    {"ок", 2, "ка ку ком ке ока оку оком оке"},
    {"ел ёл", 2, "ла лу лом ле ела елу елом еле"},
    {"ж ш ч щ ц", 0, "а у ем ом е ей"},
    {"б в г д з к л м н п р с т ф х", 0, "а у ом ым е ы и ов ам ами ах"},
    {"ы", 1, "ов ам ами ах _"},
    {"и", 1, "ей ов ам ями ами ям ях ах"},
    {"о", 1, "а у ом е"},
};

static const struct inflect_rule ukrainian[] = {
    {"Лев", 2, "ева еву евом еві"},
    {"ий", 2, "ого ому им ім"},
    {"ій", 2, "ія ію ієм ієві ії ього ьому ім"},
    {"їв", 2, "єва єву євом єві"},
    {"ів", 2, "ова ову овом ові ева еву евом еві іва іву івом іві"},
    {"піль", 3, "оля олю олем олі"},
    {"ія їя", 1, "ї ю єю"},
    {"я", 1, "і ю ею єю ї"},
    {"ка", 2, "ки ці ку кою ко"},
    {"га", 2, "ги зі гу гою го"},
    {"ха", 2, "хи сі ху хою хо"},
    {"жа ша ча ща", 1, "і у ею"},
    {"а", 1, "и і у ою о ої ій"},
    {"ець", 3, "ця цю цем цеві ці"},
    {"ь", 1, "я ю ем еві і ю ню"},
    {"й", 1, "я ю єм єві ї"},
    {"ок", 2, "ка ку ком ку ока оку оком оці"},
    {"ж ш ч щ ц", 0, "а у ем еві і"},
    {"б в г ґ д з к л м н п р с т ф х", 0,
     "а у ом им ові і ем еві и ів ам ами ах"},
    {"и", 1, "ів ам ами ах ей _"},
    {"і", 1, "их им ими ів ям ями ях"},
    {"о", 1, "а у ом ові і"},
    {"е", 1, "ого ому им ім"},
};

static const struct inflect_rule polish[] = {
    {"Niemcy", 2, "iec com cami czech"},
    {"Węgry", 2, "ier rom rami rzech"},
    {"Włochy", 2, "h hom hami hach szech"},
    {"ski cki", 0, "ego emu m"},
    {"ka", 2, "ki ce kę ką ko kiej"},
    {"ga", 2, "gi dze gę gą go"},
    {"cha", 3, "chy sze chę chą"},
    {"ra", 1, "y ze ę ą o"},
    {"ta", 2, "ty cie tę tą to"},
    {"da", 2, "dy dzie dę dą do"},
    {"ła", 2, "ły le łę łą ło"},
    {"ja ia la", 1, "i ę ą o"},
    {"ca cza sza ża rza dza", 1, "y ę ą o"},
    {"a", 1, "y ie ę ą o ej"},
    {"ów", 2, "owa owowi owem owie owu"},
    {"ń", 1, "nia niu niem ni niowi nią"},
    {"iec", 3, "ca cu cem cowi cy"},
    {"ek", 2, "ka kowi kiem ku eka ekowi ekiem eku"},
    {"k g", 0, "a owi iem u"},
    {"ch sz cz rz ż c dz l j", 0, "a u owi em"},
    {"t", 1, "ta tu towi tem cie"},
    {"d", 1, "da du dowi dem dzie"},
    {"r", 0, "a u owi em ze"},
    {"ł", 1, "ła łu łowi łem le"},
    {"b f m n p s w z", 0, "a u owi em ie"},
    {"y", 1, "om ami ach ów ego emu ym _"},
    {"ie", 2, "ich im imi"},
    {"e", 1, "ych ym ymi"},
    {"ko", 2, "ka ku kiem ki ce kę ką"},
    {"o", 1, "a u em ie"},
    {"i", 0, "ego emu m"},
};

/* Turkish, by the last vowel: the vowels of -de and of -in. */
static const struct turkish_harmony {
    const char *vowels, *open, *close;
} turkish_harmony[] = {
    {"a ı A I", "a", "ı"},
    {"o u O U", "a", "u"},
    {"e i E İ", "e", "i"},
    {"ö ü Ö Ü", "e", "ü"},
};
/* + is the open vowel, - the close one. */
static const char turkish_after_vowel[] = "d+ d+n y+ n-n y- yl+ nd+ nd+n n+ n-";
static const char turkish_after_voiceless[] = "t+ t+n + -n - l+";
static const char turkish_after_voiced[] = "d+ d+n + -n - l+";
static const char turkish_voiceless[] = "f s t k ç ş h p";

/* Arabic: and, so, in, for, like; and two of them. */
static const char arabic_prefixes[] = "و ف ب ل ك وب ول وك فب فل";
/* Before the article, li- takes its alif: ال to لل. */
static const char arabic_li_article[] = "لل ولل فلل";

#endif
