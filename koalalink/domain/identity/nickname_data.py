"""Words that are given names, which tells a name from a slip of the pen: Marta and Maria are two people.

Facts from public statistics of names: the US Census Bureau's of 1990 (first names of at least 4 in 100,000 women or 5
in 100,000 men), the Social Security Administration's of births since, and of Spain and Mexico; with names that are
common in transcriptions from Arabic, Chinese, Hindi, Korean, Russian and Vietnamese. Folded, in ASCII.
"""

from functools import cache

_NAMES = """
aaliyah aaron abbey abbie abby abdul abe abel abelardo abigail abilio abraham abram abril ada adalberto adalyn adam
adan addie adela adelaida adelaide adelardo adele adelia adelina adeline adell adolfo adolph adora adoracion adrian
adriana adriane adrianna adrianne adrienne africa agapito agata agatha agnes agueda agustin agustina ahmad ahmed
aida aiden aileen aimee ainara ainoa aisha aitana aitor alaina alan alana alanna alba albano albert alberta alberto
albina albino alcides alda alden aldo aldonza ale alec alecia alejandra alejandro alejo alene alesha alesia aleta
aletha alex alexa alexander alexandra alexandria alexei alexis alfonso alfonzo alfred alfreda alfredo ali alice
alicia alina aline alisa alisha alison alissa aliya aliyah allan allen allene allie allison allyson alma almudena
alondra alonso alonzo alpha alphonse alphonso alta altagracia althea alton alva alvaro alvin alvina alyce alyson
alyssa amada amado amador amalia amancio amanda amando amarilis amaro amaya ambar amber ambrosio amelia america
americo ami amie amilcar amina amit amor amos amparo amy ana anabel anacleto anastasia anastasio anderson andra
andre andrea andrei andres andrew andria andy anel angel angela angeles angelia angelica angelina angeline angelino
angelique angelita angelo angie anh ani anibal anil anissa anita ann anna annabelle annamarie anne annemarie annetta
annette annie annmarie anselma anselmo anthony antionette antoine antoinette anton antone antonette antonia antonio
antony antwan anunciacion apolinar apolonia april araceli aracely aranzazu arcelia archie ardis ardith aretha
ariadna ariana ariel aristides arleen arlene arline armand armando armida arnold arnulfo aroa aron arron arsenio art
artemio arthur artie arturo ascension asdrubal asha ashlee ashleigh ashley ashton asia astrid asuncion athena atilio
aubrey audra audrey august augusta augustine augusto augustus aura aurea aurelia aureliano aurelio aurora austin
autumn ava avery avis ayden azahar azahara azeneth azucena bailey baldomero balduino baltasar bambi barb barbara
barbra barney barrett barry bart bartolome barton basil basilio baudelio bautista beatrice beatriz beau becky begona
belen belinda bella belle belva ben benigna benigno benita benito benjamin bennett bennie benny bernabe bernadette
bernadine bernard bernarda bernardino bernardita bernardo bernice bernie berniece bernita berry bert berta bertha
bertie berto bertram beryl bess bessie beth bethany betsy bette bettie bettina betty bettye beulah beverley beverly
bianca bibiana bienvenida bill billie billy birdie blaine blair blake blanca blanch blanche blas bob bobbi bobbie
bobby bonifacio bonita bonnie bonny booker boris borja boyd brad braden bradford bradley bradly brady brain branden
brandi brandie brandon brandy brant brayden breanna brenda brendan brendon brenna brent brenton bret brett brian
briana brianna brianne brice bridget bridgett bridgette brigette brigida brigitte britney brittani brittany brittney
brock brook brooke brooklyn brooks bruce brunilda bruno bryan bryant bryce bryon bud buddy buenaventura buford burl
burt burton byron caden caitlin caitlyn caleb calista calisto calixta calixto callie calvin cameron camila camilla
camille camilo candace candela candelaria candelario candelas candi candice candida candido candy cara caren carey
cari caridad carina carissa carl carla carleen carlene carlito carlo carlos carlota carlotta carlton carly carman
carmel carmela carmelita carmella carmelo carmen carmina carmine carol carole carolee carolina caroline carolyn
carrie carrol carroll carson carter cary caryl caryn casandra casemiro casey cassandra cassidy cassie catalina
catharine catherine cathie cathleen cathrine cathryn cathy catina catrina cayden cayetana cayetano cebrian cecelia
cecil cecile cecilia cecilio cedric ceferino celeste celestina celestine celestino celia celina celso cesar chad
chadwick chance chanda chandra chanel chang chantal chantel charisse charity charla charleen charlene charles
charley charlie charline charlotte charmaine charo chase chasity chastity chauncey che chelo chelsea chelsey chelsie
chema cheri cherie cherly cherry cheryl cheryle chester chet cheyenne chi chiquita chita chloe chong chris chrissy
christa christal christen christi christian christie christin christina christine christoper christopher christy
chrystal chucho chuck chung chus chuy cindi cindy cinthia cintia cipriano ciriaco cirino ciro citlali clair claire
clara clare clarence clarice clarisa clarissa clark claude claudette claudia claudine claudio clay clayton clement
clemente clementina clementine cleo cleto cletus cleveland cliff clifford clifton climaco clint clinton cloe
clotilde clyde cody colby cole coleen coleman colette colin colleen collette collin colton columbus concepcion
concetta concha conchita connie connor conrad conrado constance constanza consuela consuelo cora coral cordelia
corey cori corina corine corinna corinne cornelia cornelio cornelius cornell corona corrie corrine cortney cory
cosme courtney coy craig crescencia cristal cristian cristina cristine cristobal cristy cruz crystal curro curt
curtis custodia custodio cynthia cyril cyrus dafne daisy dakota dale dalia dalila dallas dalton damaris damian
damien damion damon dan dana dane danelle danette dani danial daniel daniela daniella danielle danilo danita danna
dannie danny dante daphne dara darci darcy daren daria darin dario darius darla darleen darlene darnell darrel
darrell darren darrick darrin darryl darwin daryl dave david davis dawn dawna dayna dean deana deandre deann deanna
deanne debbie debby debi debora deborah debra debrah dee deena deepa deepak deidra deidre deirdre delbert delfina
delia delilah della delma delmar delmer delois delores deloris delphine demarcus demetria demetrio demetrius dena
denice denis denise dennis denny denver deon derek derick derrick desiderio desiree desmond dessie destiny devin
devon dewayne dewey dewitt dexter diamond dian diana diane diann dianna dianne dick diego dillon dimas dina dinah
dino dion dionisia dionisio dionne dirk dixie dmitri dollie dolly dolores dominga domingo dominic dominick dominique
domitila don dona donald donato donita donn donna donnell donnie donny donovan donte dora dorcas doreen dorene
doretha dori dorian dorinda doris dorita dorotea dorothea dorothy dorris dortha dorthy dottie doug douglas dovie
doyle drew duane dudley duilio dulce duncan dung dustin dusty dwain dwayne dwight dylan earl earle earlene earline
earnest earnestine easter ebony eddie eddy edelmira edelmiro edgar edgardo edie edith edmond edmund edmundo edna edu
eduardo edward edwardo edwin edwina edythe effie efrain efren eileen eladio elaina elaine elba elbert elda eldon
eleanor eleanore elena elenor eleuterio eli elia eliana elias elida eligia eligio elijah elinor elisa elisabet
elisabeth elise eliseo elisha elissa eliza elizabeth elizebeth ella ellen ellie elliot elliott ellis elma elmer elmo
elnora elodia eloisa eloise elouise eloy elpidio elsa elsie elton elva elvia elvin elvira elvis elwood elyse ema
emanuel emelina emerson emery emigdio emil emile emilia emiliana emiliano emilie emilio emily emma emmanuel emmett
emory emperatriz ena encarna encarnacion encarnita enid enoch enrique enriqueta epifanio era erasmo eric erica erich
erick ericka erik erika erin erlinda erma erna ernest ernestina ernestine ernesto ernie errol ervin erwin esmeralda
esparta espartaco esperanza espiridion essie esteban estefania estela estella estelle ester esther estrella etelvina
ethan ethel etta eufemia eugene eugenia eugenio eula eulalia eunice eusebia eusebio eustaquio eutimio eutropio eva
evan evangelina evangeline evaristo eve evelia evelio evelyn everett everette evette evie evita evonne ezequiel ezra
fabian fabiana fabio fabiola fabricio faith fang fannie fanny farrah fatima faustino fausto fawn fay faye febe
federico felecia felicia feliciana feliciano felicidad felicita felicitas felipa felipe felisa felisha felix
ferdinand fermin fern fernanda fernando fidel fidela filomena fito flavia flavio fletcher flor flora florence
florencia florencio florentina florentino florida florina florinda florine flossie floy floyd forest forrest
fortunata fortunato foster fran frances francesca francine francis francisca francisco frank frankie franklin fred
freda freddie freddy frederic frederick fredric fredrick freeman freida frida frieda fritz fulgencio gabino gabriel
gabriela gabriella gabrielle gail gala gale galen galo garfield garland garnet garrett garry garth gary gaspar
gaston gavin gay gaye gayla gayle gema gena genaro gene geneva genevieve genoveva geoffrey george georgette georgia
georgiana georgianna georgie georgina gerald geraldine geraldo gerard gerardo gerda geri germaine german geronimo
gerri gerry gertie gertrude gertrudis gervasio gil gilbert gilberto gilda gillian gina ginger ginny gino giovanni
gisela giselle giuseppe gladys glauco glen glenda glenn glenna gloria godofredo goldie gonzalo gordon goyo grace
gracia graciana graciano gracie graciela graden grady graham grant grayden greg gregg gregoria gregorio gregory
greta gretchen griselda grover guadalupe guillermina guillermo guiomar gus gussie gustavo guy gwen gwendolyn hailey
hal haley hallie hank hanna hannah hans harlan harley harold haroldo harper harriet harriett harriette harris
harrison harry harvey hassan hattie haydee hayden hayley hazel heath heather hector heidi helen helena helene helga
heliodoro hellen henrietta henry heraclio herbert herberto heriberto herlinda herman hermelinda hermenegildo
herminia herminio hernan hernando herschel hershel hester hilario hilary hilda hildegard hillary hilton hipolito
hiram hoa holli hollie hollis holly homer homero hong hope horace horacio hortencia hortense hortensia houston
howard hua hubert huey hugh hugo hui humberto hung hunter hussein hyun ian iban ibrahim ida idella ignacia ignacio
iker ila ildefonso ileana ilene ilse ima imelda imogene ina india indira ines inez inge ingrid inigo inmaculada
inocencio iola iona ione ira irene irina iris irma irvin irving irwin isa isaac isabel isabela isabell isabella
isabelle isaiah isaias isaura isiah isidora isidoro isidro ismael israel issac itzel itziar iva ivan ivette ivonne
ivory ivy jacinta jacinto jack jackie jacklyn jackson jaclyn jacob jacobo jacque jacquelin jacqueline jacquelyn
jacques jacquline jada jade jaden jafet jaiden jaime jaimie jake jamaal jamal jamar jame jamel james jamey jami
jamie jamila jamison jan jana jane janeen janel janell janelle janet janette janice janie janina janine janis janna
jannette jannie jaqueline jared jarred jarrett jarrod jarvis jasmin jasmine jason jasper javi javier javiera jay
jayden jayme jayne jayson jean jeana jeane jeanetta jeanette jeanie jeanine jeanna jeanne jeannette jeannie jeannine
jed jeff jefferey jefferson jeffery jeffrey jeffry jena jenaro jene jenelle jenifer jeniffer jenna jennette jenni
jennie jennifer jenny jerald jeremiah jeremias jeremy jeri jermaine jerold jerome jeronimo jerri jerrie jerrod
jerrold jerry jesica jess jesse jessica jessie jesus jesusa jewel jewell jianhua jianhui jihoon jill jillian jim
jimena jimin jimmie jimmy jisoo jiwoo jiyoung joan joanie joann joanna joanne joaquin joaquina jocelyn jodi jodie
jody joe joel joelle joellen joesph joey johanna john johnathan johnathon johnie johnna johnnie johnny joleen jolene
jon jonah jonas jonatan jonathan jonathon joni jonnie jordan jordana jordi jorge jos jose josef josefa josefina
josep joseph josephina josephine josette josh joshua josiah josie josue jovita joy joyce joycelyn juan juana juanita
juanito judi judith judson judy jules juli julia julian juliana julianna julianne julie juliet julieta juliette
julio julius jun june jung junior juniper justin justina justine kaitlin kaitlyn kala kami kara kareem karen kari
karim karin karina karissa karl karla karol karolyn karon karrie karyn kasey kassandra kate katelyn katharine
katherine katheryn kathi kathie kathleen kathrine kathryn kathy katie katina katrina katy kavita kay kayden kaye
kayla kaylee keely keenan keisha keith kelley kelli kellie kelly kelsey kelvin ken kendall kendra kendrick kenneth
kennith kenny kent kenton kenya keri kermit kerri kerrie kerry kesha keshia keven kevin khadija kia kiara kiersten
kieth kike kim kimberlee kimberley kimberly kinsley kip kira kirby kirk kirsten kisha kitty kori kory kris krista
kristal kristen kristi kristie kristin kristina kristine kristopher kristy krystal krystle ksenia kurt kurtis kyla
kyle kylee kyler kylie kyong kyra kyung lacey lacie lacy ladonna lakeisha lakesha lakeshia lakisha lalo lamar lamont
lan lana lance landon lane lanny laquita lara larissa larry lashanda lashawn lashonda latanya latasha latisha
latonia latonya latosha latoya latrice latricia laura laureen laurel lauren laurence lauretta laurette lauri laurie
lavern laverne lavina lavon lavonne lawanda lawerence lawrence layla lazaro lea leah leandra leandro leann leanna
leanne leatrice lee leeann leigh leila leilani leire leisa lela leland lelia lemuel lena lenard lenny lenora lenore
leo leocadia leocadio leola leon leona leonard leonardo leoncio leone leonel leonor leonora leopoldo leora leota
leroy les lesa lesley leslie lessie lester leta letha leticia letitia lettie levi lewis leyre lia libby lida lidia
ligia lila lilia lilian liliana lillian lillie lilly lily lina lincoln linda lindsay lindsey lindy linh linnea
linnie lino linwood lionel lisa lisandro lise lisette lissette liz liza lizabeth lizbeth lizette lizzie lloyd logan
loida lois lola lolita lon lona lonnie lope lora loraine loren lorena lorene lorenza lorenzo loreto loretta lori
lorie lorine lorna lorraine lorri lorrie lottie lou louann louella louie louis louisa louise lourdes lovie lowell
loyd luann luanne luca lucas lucho lucia luciana luciano lucie lucien lucila lucile lucille lucinda lucio lucretia
lucy luella luis luisa luisina luka lukas luke lula lulu luna lupe lupita lura luther luz lydia lyle lyman lyn lynda
lyndon lyndsey lynette lynn lynne lynnette mabel mable mac macarena macaria macario mack mackenzie madeleine
madeline madelyn madge madison madonna mae magda magdalena magdalene maggie magnolia mai maite major majorie makayla
malcolm malena malik malinda malissa mallory mamen mamie mandi mandy manola manolo manu manuel manuela manuelita mar
mara maranda marc marcel marcela marcelina marcelino marcella marcelle marcelo marci marcia marcial marciano marcie
marcio marco marcos marcus marcy margaret margarette margarita margarito marge margery margie margo margot margret
marguerite mari maria mariah mariam marian mariana marianela mariann marianna marianne mariano maribel maricela
maricruz marie marietta marilee marilyn marilynn marina marino mario marion marisa marisela marisol marissa
maristela marita maritza marjorie marjory mark markus marla marlena marlene marlin marlon marlyn marlys marnie
marquerite marquis marquita marsha marshall marta martha marti martin martina martirio marty marva marvel marvin
mary maryann maryanne marybeth maryellen maryjane marylin marylou mason mateo mathew matias matilda matilde matt
mattea matteo matthew mattie maud maude maudie maura maureen maurice mauricio maurine mauro mavis max maxi maxie
maxima maximiano maximiliano maximino maximo maxine maxwell may maya maybelle mayme maynard mayra mayte mckenzie
mckinley meagan meaghan megan meghan mei mel melania melanie melba melchor melina melinda melisa melissa mellisa
mellissa melodie melody melony melva melvin melvina mercedes merche meredith merle merlin merrill merry mervin meta
mia micaela micah michael michaela micheal michel michele michell michelle mickey migdalia miguel miguela mikayla
mike mikel mikhail milagros mildred miles milford millard millicent millie milo milton mimi mina mindy minerva ming
minh minho minji minjun minjung minnie miranda mireia mireya miriam mirian mirna mirta missy misti misty mitch
mitchel mitchell mittie mitzi mitzy modesta modesto mohamed mohammad mohammed mohit moises mollie molly mona monica
monika monique monroe monte montserrat monty morena moreno morgan morris morton moses moshe mozelle muhammad muriel
murray myles myra myriam myrna myron myrtis myrtle nacho nacio nadia nadine nakia nam nan nanci nancy nando nanette
nannette nannie naomi napoleon narcisa narciso natalia natalie natalio natanael natasha nathalie nathan nathaniel
natividad nayara nayeli nazaret nazario neal ned nedra neil nelda nelida nell nellie nelly nelson nena nerea nereida
nestor nettie neva nevaeh newton nicanor nicholas nichole nick nicki nickolas nico nicodemo nicola nicolas nicolasa
nicole nidia nieves nigel niki nikita nikki nikolai nila nilda nilo nina nita noa noah noble noe noel noelia noelle
noemi nola nolan nona nora norbert norberto noreen norma norman normand norris nova novella numbers nuria nydia
obdulia octavia octavio odalis odalys odell odessa odis ofelia ola olalla olegario olen oleta olga olimpia olin
olive oliver olivia ollie oma omar omer ona onofre opal ophelia ora oralia oren oriana orlando orpha orval orville
oscar osvaldo oswaldo otilia otis otto ovidio owen pablo paca pacifica paco paige paisley palmira paloma pam pamala
pamela pancho panfilo pansy paola parker pascual pascuala pasquale pastor pastora pat patrica patrice patricia
patricio patrick patsy patti pattie patty paul paula paulette paulina pauline paulino pavel paz pearl pearlie
pearline pedro peggie peggy pelayo penelope pennie penny pepe pepita pepito percy perla perlita perry pete peter
petra petrona phil philip phillip phillis philomena phoebe phuong phylis phyliss phyllis pia piedad pierre pietro
pilar pili pio piper placido plinio polly poncio pooja porfirio portia precious preston pricilla primitiva primitivo
prince princess priscila priscilla priya prudence prudencia prudencio purificacion queen quentin quincy quinn
quintin quinton quique quirino rachael racheal rachel rachelle rae rafa rafael rafaela rahim rahul raimundo raj
raleigh ralph ramiro ramon ramona randal randall randell randi randolph randy raphael raquel raul raven ravi ray
raymond raymundo reba rebeca rebecca rebekah reed refugio reggie regina reginald regulo reid reina reinaldo remedios
remigio rena renae renata renate renato rene renee renita reta retha reuben reva rex reyes reyna reynaldo rhea
rhiannon rhoda rhonda ricarda ricardo rich richard richelle richie rick rickey rickie ricky rico rigoberto riley
rita rob robbie robbin robby robert roberta roberto robin robt robyn rocco rochelle rocio rocky rod roderick rodger
rodney rodolfo rodrick rodrigo rogelio roger rohit roland rolando roldan rolland roma roman romeo romona romulo ron
rona ronald ronda ronnie ronny roosevelt roque rory rosa rosalba rosalee rosalia rosalie rosalina rosalind rosalinda
rosalva rosalyn rosanna rosanne rosario rosaura roscoe rose roseann roseanna roseanne rosella roselyn rosemarie
rosemary rosenda rosendo rosetta rosie rosina rosita roslyn ross rowena roxana roxane roxann roxanna roxanne roxie
roy royal royce ruben rubin ruby rubye rudolph rudy rufina rufino rufus rupert ruperta ruperto russ russel russell
rusty ruth ruthann ruthie ruy ryan rylee ryley sabas sabina sabrina sadie sal salina sallie sally salma salome
salomon salud salvador salvatore sam samanta samantha samatha sammie sammy samu samuel sancho sandalio sandi sandra
sandy sanford sang sanjay sanjuana sanjuanita santa santiago santos sara sarah sarita sasha saturnina saturnino saul
saundra savannah savita scarlett scot scott scottie scotty sean sebastian segismundo selena selina selma seoyeon
serafin serafina serena sergei sergio sessa seth seve severiano severino severo seymour shaina shalonda shameka
shamika shana shanda shane shanna shannon shanon shanta shante shantel shara shari sharla sharlene sharon sharonda
sharron sharyn shaun shauna shawn shawna shayla shayna sheena sheila shelby sheldon shelia shelley shelli shellie
shelly shelton sheree sheri sherie sherita sherman sherri sherrie sherrill sherry sheryl shiela shirlene shirley
shonda sidney sierra sigfrido silas silvano silvestre silvia silvio simon simone skylar skyler socorro sofia sol
soledad solomon son sondra sonia sonja sonny sonya soon sophia sophie soraya sosimo soyeon spencer stacey staci
stacia stacie stacy stan stanford stanley starla starr stefan stefanie stella stephan stephanie stephany stephen
stephenie sterling steve steven stevie stewart stuart sue sumit summer sun sung sunil sunita sunny susan susana
susanita susanna susannah susanne susie suzan suzanna suzanne suzette svetlana sybil sydney sylvester sylvia tabatha
tabitha tad tadeo tamara tameka tamela tamera tami tamika tammi tammie tammy tamra tana tania tanisha tanner tanya
tara taryn tasha tatiana tawana tawanda tawnya tayler taylor tecla ted teddy teena telmo tena teo teobaldo teodora
teodoro teodosio teofila teofilo tera tere terence teresa terese teresita teressa teri terra terrance terrell
terrence terri terrie terry tessa tessie thad thaddeus thanh thea theda thelma theo theodora theodore theresa
therese theron thomas thu thurman thuy tia tiana tiara tiburcio tierra tiffani tiffanie tiffany tillie tim timmy
timoteo timothy tina tisha tito tobias toby tod todd tom tomas tomasa tomeka tommie tommy toni tonia tonja tono tony
tonya tori toribio tory tosha toya tracey traci tracie tracy trang travis trena trent trenton tresa tressa treva
trevor trey tricia trina trini trinidad trisha trista tristan troy trudy truman twila twyla tyler tyra tyree tyrell
tyron tyrone tyson ulises ulysses una urbano uriel ursula usha vada valarie valencia valentin valentina valentine
valeria valerie valerio valero valorie van vance vanesa vanessa vasco vaughn veda velda velma venceslas venessa
venita venus vera verda vergie verla vern verna vernell vernice vernon veronica vesta vicenta vicente vickey vicki
vickie vicky victor victoria victoriano victorino vida vidal vijay vikki vilma vince vincent vinicio viola violet
violeta virgie virgil virgilio virgina virginia visitacion vito vivian viviana vladimir vonda wade waldo walker
wallace walter wanda ward warren wayne wei weldon wendell wendi wendolin wendy werner wesley weston whitney wilbert
wilbur wilburn wilda wiley wilford wilfred wilfredo wilfrido wilhelmina will willa willard william williams willie
willis willow willy wilma wilmer wilson wilton windy winfred winifred winnie winnifred winona winston woodrow wyatt
xavier ximena xin xiomara yadira yago yaiza yan yasmin yeni yesenia yesica yessica ying yolanda yolonda yong yoshiko
young yousef youssef yuri yuridia yvette yvonne zacarias zachariah zachary zachery zaida zainab zaira zane zeferino
zelda zella zelma zenaida zoe zoila zola zoraida
"""


@cache
def given_names() -> frozenset[str]:
    """Return all of them."""
    return frozenset(_NAMES.split())
